//! Who pays for an account, and who gets one invoice for all that they pay.

use billing::draft::{Payer, Pays};
use runtime::rejection;
use runtime::tenancy::begin_as;
use rust_decimal::Decimal;
use tonic::Status;
use wire::invoicing::v1::{
    self, AccountBilling, ArrangeBillingRequest, ArrangeBillingResponse, GetAccountBillingRequest,
    GetAccountBillingResponse, payer,
};

use super::database;
use super::facts::text;
use super::settlement::{needed, reason};
use super::write::{self, Begun};
use crate::Invoicing;
use crate::arrangements::{ArrangementError, arrange};
use crate::author::Author;
use crate::store::accounts;
use crate::store::arrangements::{self, Arrangement};

/// Payers of one account.
const MOST_PAYERS: usize = 50;

pub(super) async fn set(
    service: &Invoicing,
    author: Author,
    request: ArrangeBillingRequest,
) -> Result<ArrangeBillingResponse, Status> {
    let begun = write::begin(
        &service.pool,
        &author,
        "ArrangeBilling",
        &request.request_id,
        &request,
    );
    let mut write = match begun.await? {
        Begun::Answered(answer) => return Ok(answer),
        Begun::New(write) => write,
    };
    let told = request.billing.unwrap_or_default();
    if told.payers.len() > MOST_PAYERS {
        let sentence = format!("are {}; at most {MOST_PAYERS} are allowed", told.payers.len());
        return Err(rejection::invalid("billing.payers", sentence));
    }
    let payers = told.payers.iter().enumerate().map(read);
    let wish = Arrangement {
        collective: told.collective,
        payers: payers.collect::<Result<_, _>>()?,
    };
    let reason = reason(&request.reason)?;
    let connection = &mut write.transaction;
    arrange(connection, &author, &request.account, &wish, &reason).await?;
    let billing = arrangements::of(connection, author.tenant(), &request.account).await;
    let billing = Some(message(billing.map_err(database("looking up who pays"))?));
    write.finish(ArrangeBillingResponse { billing }).await
}

fn read((at, payer): (usize, &v1::Payer)) -> Result<Payer, Status> {
    let field = |name: &str| format!("billing.payers.{at}.{name}");
    let pays = match &payer.pays {
        Some(payer::Pays::Percent(percent)) => Pays::Percent {
            percent: self::percent(&field("percent"), percent)?,
        },
        Some(payer::Pays::Charges(charges)) if !charges.ids.is_empty() => Pays::Charges {
            charges: charges.ids.clone(),
        },
        _ => {
            let sentence = "is missing: say what part of everything is paid, or which charges";
            return Err(rejection::invalid(&field("pays"), sentence));
        }
    };
    let account = needed(&field("account"), &payer.account, "name the account that pays")?;
    Ok(Payer {
        account: text(&field("account"), &account, 200)?,
        customer: text(&field("customer"), &payer.customer, 500)?,
        pays,
    })
}

fn percent(field: &str, given: &str) -> Result<Decimal, Status> {
    let percent = Decimal::from_str_exact(given).ok();
    let percent = percent.filter(|percent| *percent > Decimal::ZERO && *percent <= Decimal::ONE_HUNDRED);
    let wrong = || format!("`{given}` is no part of everything: write 60 for sixty percent");
    percent.ok_or_else(|| rejection::invalid(field, wrong()))
}

pub(super) async fn get(
    service: &Invoicing,
    author: &Author,
    request: GetAccountBillingRequest,
) -> Result<GetAccountBillingResponse, Status> {
    let failed = database("looking up who pays");
    let mut transaction = begin_as(&service.pool, &author.caller).await.map_err(&failed)?;
    let (tenant, account) = (author.tenant(), &request.account);
    if !accounts::exists(&mut transaction, tenant, account)
        .await
        .map_err(&failed)?
    {
        return Err(ArrangementError::UnknownAccount(account.clone()).into());
    }
    let billing = arrangements::of(&mut transaction, tenant, account).await;
    Ok(GetAccountBillingResponse {
        billing: Some(message(billing.map_err(failed)?)),
    })
}

fn message(arrangement: Arrangement) -> AccountBilling {
    let payer = |payer: Payer| v1::Payer {
        account: payer.account,
        customer: payer.customer,
        pays: Some(match payer.pays {
            Pays::Percent { percent } => payer::Pays::Percent(percent.normalize().to_string()),
            Pays::Charges { charges } => payer::Pays::Charges(payer::Charges { ids: charges }),
        }),
    };
    AccountBilling {
        collective: arrangement.collective,
        payers: arrangement.payers.into_iter().map(payer).collect(),
    }
}

impl From<ArrangementError> for Status {
    fn from(error: ArrangementError) -> Self {
        let sentence = error.to_string();
        match error {
            ArrangementError::UnknownAccount(_) => rejection::not_found("UNKNOWN_ACCOUNT", sentence),
            ArrangementError::UnknownPayer(_) => rejection::not_found("UNKNOWN_PAYER", sentence),
            ArrangementError::NotWhole(_)
            | ArrangementError::Mixed
            | ArrangementError::Twice(_)
            | ArrangementError::ItselfByCharge(_) => rejection::invalid("billing.payers", sentence),
            ArrangementError::PayerIsPaidFor(_) => {
                rejection::failed_precondition("PAYER_IS_PAID_FOR", sentence)
            }
            ArrangementError::AccountPays(_) => rejection::failed_precondition("ACCOUNT_PAYS", sentence),
            ArrangementError::Database(error) => database("arranging who pays")(error),
        }
    }
}
