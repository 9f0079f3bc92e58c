//! Published index values: what escalators that follow an index wait for.

use jiff::civil::Date;
use rust_decimal::Decimal;
use sqlx::PgConnection;

use crate::author::Author;
use crate::store::audit::{self, Deed};
use crate::store::indices::{self, Published};

/// Why a value was not recorded.
#[derive(Debug, thiserror::Error)]
pub(crate) enum IndexError {
    #[error("the series is missing: name it as the plans do")]
    NoSeries,
    #[error("the publication is missing: say where the value was published")]
    NoPublication,
    #[error("an index of {value} cannot be: it is above 0")]
    NotPositive { value: Decimal },
    #[error(
        "`{series}` for {month} is recorded as {known}; to record {told} as its revision, say that it revises the value"
    )]
    OtherValue {
        series: String,
        month: Date,
        known: Decimal,
        told: Decimal,
    },
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

/// Records a published value. The same value again changes nothing; another one for the same month is taken only as a
/// revision. Whatever was billed by the earlier value is set right by the next run.
pub(crate) async fn publish(
    connection: &mut PgConnection,
    author: &Author,
    published: Published,
    revises: bool,
) -> Result<(), IndexError> {
    let published = Published {
        month: published.month.first_of_month(),
        ..published
    };
    check(&published)?;
    let known = known(connection, author, &published).await?;
    match &known {
        Some(known) if known.value == published.value => return Ok(()),
        Some(known) if !revises => {
            return Err(IndexError::OtherValue {
                series: published.series,
                month: published.month,
                known: known.value,
                told: published.value,
            });
        }
        _ => {}
    }
    indices::add(connection, author, &published).await?;
    Ok(audit::record(connection, author, &[deed(known.as_ref(), &published)]).await?)
}

fn check(published: &Published) -> Result<(), IndexError> {
    if published.series.trim().is_empty() {
        Err(IndexError::NoSeries)
    } else if published.publication.trim().is_empty() {
        Err(IndexError::NoPublication)
    } else if published.value <= Decimal::ZERO {
        Err(IndexError::NotPositive {
            value: published.value,
        })
    } else {
        Ok(())
    }
}

async fn known(
    connection: &mut PgConnection,
    author: &Author,
    published: &Published,
) -> Result<Option<Published>, sqlx::Error> {
    let known = indices::of_series(connection, author.tenant(), &[&published.series]).await?;
    Ok(known.into_iter().find(|known| known.month == published.month))
}

fn deed(before: Option<&Published>, after: &Published) -> Deed {
    let shown =
        |published: &Published| serde_json::json!({ "month": published.month, "value": published.value });
    Deed {
        action: "index.published",
        subject: after.series.clone(),
        reason: after.publication.clone(),
        before: before.map(shown),
        after: Some(shown(after)),
    }
}
