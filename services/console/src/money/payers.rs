//! Who pays for an account, and whether it gets one invoice for all that it pays.

use askama::Template;
use axum::extract::Path;
use axum::http::StatusCode;
use wire::invoicing::v1::payer::{Charges, Pays};
use wire::invoicing::v1::{
    AccountBilling, ArrangeBillingRequest, GetAccountBillingRequest, Payer, RegisteredPlan,
};

use super::account::{Head, head, known, plans};
use super::unapplied::answerable;
use crate::answer::{Answer, go, page_as};
use crate::connection::request_id;
use crate::fault::{Fault, sentence_of};
use crate::filled::Filled;
use crate::layout::{Frame, Section};
use crate::link;
use crate::visitor::Visitor;

/// Empty rows under those that are filled.
const MORE: usize = 2;

#[derive(Template)]
#[template(path = "money/payers.html")]
struct Page {
    frame: Frame,
    head: Head,
    collective: bool,
    payers: Vec<Row>,
    /// What the form holds: the payers, or what was typed and refused; then empty rows.
    rows: Vec<Row>,
    /// What may be named as paid for, with its words.
    charges: Vec<(String, String)>,
    reason: String,
    problem: String,
    may: bool,
    request: String,
}

/// One payer, as it is typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Row {
    account: String,
    link: String,
    customer: String,
    percent: String,
    charges: String,
}

impl Row {
    fn is_empty(&self) -> bool {
        [&self.account, &self.customer, &self.percent, &self.charges]
            .iter()
            .all(|field| field.is_empty())
    }
}

pub(super) async fn show(visitor: Visitor, Path(id): Path<String>) -> Answer {
    draw(&visitor, &id, None, StatusCode::OK).await
}

/// The fields of the form, in the order in which they stand there.
type Fields = Vec<(String, String)>;

pub(super) async fn arrange(Path(id): Path<String>, filled: Filled<Fields>) -> Answer {
    let (visitor, form) = (filled.visitor, filled.form);
    let typed = Typed::of(&form);
    let request = ArrangeBillingRequest {
        request_id: field(&form, "request"),
        account: id.clone(),
        billing: Some(typed.billing()),
        reason: typed.reason.clone(),
    };
    match visitor.invoicing().arrange_billing(request).await {
        Ok(_) => {
            visitor.tell("Noted. It holds for invoices that are issued from now on.");
            go(&format!("{}/payers", link::account(&id)))
        }
        Err(status) if answerable(&status) => {
            let problem = sentence_of(&status);
            let status = Fault::from(status).status;
            draw(&visitor, &id, Some((typed, problem)), status).await
        }
        Err(status) => Err(status.into()),
    }
}

/// What somebody filled in.
#[derive(Debug, Default, PartialEq, Eq)]
struct Typed {
    collective: bool,
    rows: Vec<Row>,
    reason: String,
}

impl Typed {
    fn of(form: &Fields) -> Self {
        let rows = (0..form.len()).map(|at| Row {
            account: field(form, &format!("account:{at}")),
            customer: field(form, &format!("customer:{at}")),
            percent: field(form, &format!("percent:{at}"))
                .replace('%', "")
                .trim()
                .to_owned(),
            charges: field(form, &format!("charges:{at}")),
            link: String::new(),
        });
        Self {
            collective: field(form, "collective") == "yes",
            rows: rows.filter(|row| !row.is_empty()).collect(),
            reason: field(form, "reason"),
        }
    }

    /// A row that names charges pays those; any other pays a part of everything.
    fn billing(&self) -> AccountBilling {
        let payer = |row: &Row| Payer {
            account: row.account.clone(),
            customer: row.customer.clone(),
            pays: Some(if row.charges.is_empty() {
                Pays::Percent(row.percent.clone())
            } else {
                let ids = row.charges.split(',').map(|id| id.trim().to_owned());
                Pays::Charges(Charges { ids: ids.collect() })
            }),
        };
        AccountBilling {
            collective: self.collective,
            payers: self.rows.iter().map(payer).collect(),
        }
    }
}

fn field(form: &Fields, name: &str) -> String {
    let found = form.iter().find(|(field, _)| field == name);
    found
        .map(|(_, value)| value.trim().to_owned())
        .unwrap_or_default()
}

async fn draw(visitor: &Visitor, id: &str, refused: Option<(Typed, String)>, status: StatusCode) -> Answer {
    let mut asking = visitor.invoicing();
    let request = GetAccountBillingRequest {
        account: id.to_owned(),
    };
    let billing = async { Ok::<_, Fault>(asking.get_account_billing(request).await?.into_inner()) };
    let (known, plans, billing) = tokio::try_join!(known(visitor, id), plans(visitor, id), billing)?;
    let billing = billing.billing.unwrap_or_default();
    let payers: Vec<Row> = billing.payers.iter().map(row).collect();
    let (typed, problem) = refused.unwrap_or_else(|| {
        let typed = Typed {
            collective: billing.collective,
            rows: payers.clone(),
            reason: String::new(),
        };
        (typed, String::new())
    });
    let empty = std::iter::repeat_n(Row::default(), MORE);
    page_as(
        status,
        &Page {
            head: head(&known, &plans),
            frame: visitor.frame(Section::Accounts),
            collective: typed.collective,
            rows: typed.rows.into_iter().chain(empty).collect(),
            reason: typed.reason,
            charges: charges(&plans),
            may: visitor.works_as("finance"),
            request: request_id(),
            payers,
            problem,
        },
    )
}

fn row(payer: &Payer) -> Row {
    let (percent, charges) = match &payer.pays {
        Some(Pays::Percent(percent)) => (percent.clone(), String::new()),
        Some(Pays::Charges(charges)) => (String::new(), charges.ids.join(", ")),
        None => Default::default(),
    };
    Row {
        account: payer.account.clone(),
        link: link::account(&payer.account),
        customer: payer.customer.clone(),
        percent,
        charges,
    }
}

/// Charges, commitments and pools of the account's agreements, each once.
fn charges(plans: &[RegisteredPlan]) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = Vec::new();
    for plan in plans.iter().filter_map(|registered| registered.plan.as_ref()) {
        let charges = plan.charges.iter().map(|charge| (&charge.id, &charge.name));
        let commitments = plan
            .commitments
            .iter()
            .map(|promise| (&promise.id, &promise.name));
        let pools = plan.pools.iter().map(|pool| (&pool.id, &pool.name));
        for (id, name) in charges.chain(commitments).chain(pools) {
            if found.iter().all(|(known, _)| known != id) {
                found.push((id.clone(), name.clone()));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_pays_a_part_or_charges_and_an_empty_one_nothing() {
        let form = [
            ("collective", "yes"),
            ("account:0", " bank "),
            ("percent:0", "60 %"),
            ("account:1", "landlord"),
            ("customer:1", "Land & Lord"),
            ("charges:1", "hosting, fee"),
            ("account:2", ""),
            ("reason", "asked"),
        ];
        let form: Fields = form
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        let typed = Typed::of(&form);
        let billing = typed.billing();
        assert!(billing.collective);
        let pays: Vec<_> = billing
            .payers
            .iter()
            .map(|payer| (payer.account.as_str(), payer.pays.clone().unwrap()))
            .collect();
        let ids = vec!["hosting".to_owned(), "fee".to_owned()];
        assert_eq!(
            pays,
            [
                ("bank", Pays::Percent("60".to_owned())),
                ("landlord", Pays::Charges(Charges { ids }))
            ]
        );
        assert_eq!(typed.reason, "asked");
    }
}
