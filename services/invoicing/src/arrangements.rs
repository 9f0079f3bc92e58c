//! Saying who pays for an account, and who gets one invoice for all that they pay.

use std::collections::BTreeSet;

use billing::draft::{Payer, Pays};
use rust_decimal::Decimal;
use serde_json::json;
use sqlx::PgConnection;

use crate::author::Author;
use crate::store::arrangements::{self, Arrangement};
use crate::store::audit::{self, Deed};
use crate::store::{accounts, automatic};

/// Why nothing was arranged.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ArrangementError {
    #[error("no plan is registered for the account `{0}`")]
    UnknownAccount(String),
    #[error(
        "the payer `{0}` is no account yet: say as which customer invoices address it, or register its plan first"
    )]
    UnknownPayer(String),
    #[error("the percentages of the payers come to {0}: let them come to 100")]
    NotWhole(Decimal),
    #[error("some payers pay a part of everything and others some charges: let all do one or the other")]
    Mixed,
    #[error("`{0}` is named twice: name each payer and each charge once")]
    Twice(String),
    #[error("the account itself keeps what nobody is named for: leave `{0}` out where charges are named")]
    ItselfByCharge(String),
    #[error("others pay for `{0}`: it cannot pay for somebody else, so name those who pay in the end")]
    PayerIsPaidFor(String),
    #[error("`{0}` pays for other accounts: nobody can pay for it")]
    AccountPays(String),
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

/// Arranges how an account is billed from the next run on. What was issued stays as it is; corrections of it are divided
/// as arranged now.
pub(crate) async fn arrange(
    connection: &mut PgConnection,
    author: &Author,
    account: &str,
    wish: &Arrangement,
    reason: &str,
) -> Result<(), ArrangementError> {
    let tenant = author.tenant();
    if !accounts::exists(connection, tenant, account).await? {
        return Err(ArrangementError::UnknownAccount(account.to_owned()));
    }
    accounts::hold(connection, tenant, account).await?;
    check_parts(account, &wish.payers)?;
    check_chain(connection, author, account, &wish.payers).await?;
    let before = arrangements::of(connection, tenant, account).await?;
    arrangements::set(connection, author, account, wish).await?;
    automatic::forget(connection, tenant, account).await?;
    let shown = |arrangement: &Arrangement| json!({ "collective": arrangement.collective, "payers": arrangement.payers });
    let deed = Deed {
        action: "account.billing-arranged",
        subject: account.to_owned(),
        reason: reason.to_owned(),
        before: Some(shown(&before)),
        after: Some(shown(wish)),
    };
    Ok(audit::record(connection, author, &[deed]).await?)
}

/// Everything that is wrong with the payers by themselves.
fn check_parts(account: &str, payers: &[Payer]) -> Result<(), ArrangementError> {
    let (mut sum, mut by_part, mut named) = (Decimal::ZERO, 0_usize, BTreeSet::new());
    for payer in payers {
        if !named.insert(("payer", payer.account.as_str())) {
            return Err(ArrangementError::Twice(payer.account.clone()));
        }
        match &payer.pays {
            Pays::Percent { percent } => {
                sum = sum.saturating_add(*percent);
                by_part = by_part.saturating_add(1);
            }
            Pays::Charges { .. } if payer.account == account => {
                return Err(ArrangementError::ItselfByCharge(account.to_owned()));
            }
            Pays::Charges { charges } => {
                if let Some(twice) = charges.iter().find(|charge| !named.insert(("charge", charge))) {
                    return Err(ArrangementError::Twice(twice.clone()));
                }
            }
        }
    }
    match by_part {
        0 => Ok(()),
        parts if parts < payers.len() => Err(ArrangementError::Mixed),
        _ if sum != Decimal::ONE_HUNDRED => Err(ArrangementError::NotWhole(sum)),
        _ => Ok(()),
    }
}

/// Who pays pays in the end: no payer is paid for.
async fn check_chain(
    connection: &mut PgConnection,
    author: &Author,
    account: &str,
    payers: &[Payer],
) -> Result<(), ArrangementError> {
    let tenant = author.tenant();
    let others: Vec<&Payer> = payers.iter().filter(|payer| payer.account != account).collect();
    for payer in &others {
        if !accounts::exists(connection, tenant, &payer.account).await? {
            if payer.customer.is_empty() {
                return Err(ArrangementError::UnknownPayer(payer.account.clone()));
            }
            accounts::open(connection, tenant, &payer.account).await?;
            accounts::name(connection, tenant, &payer.account, &payer.customer).await?;
        }
    }
    let names: Vec<String> = others.iter().map(|payer| payer.account.clone()).collect();
    let paid_for = arrangements::payers(connection, tenant, &names).await?;
    if let Some(paid_for) = paid_for.keys().min() {
        return Err(ArrangementError::PayerIsPaidFor(paid_for.clone()));
    }
    let pays = !arrangements::paid_by(connection, tenant, &[account.to_owned()])
        .await?
        .is_empty();
    if pays && !payers.is_empty() {
        return Err(ArrangementError::AccountPays(account.to_owned()));
    }
    Ok(())
}
