//! `quittance bill arrange`: who pays for an account, and who gets one invoice for all that they pay.

use wire::invoicing::v1::{
    AccountBilling, ArrangeBillingRequest, GetAccountBillingRequest, Payer,
    payer::{Charges, Pays},
};

use crate::command::{Arrange, Invoices};
use crate::connection::{Services, request_id};
use crate::failure::Failure;
use crate::printing::Output;

pub(crate) async fn run(wish: &Arrange, to: &Services, output: Output) -> Result<(), Failure> {
    let mut invoicing = to.invoicing().await?;
    let request = GetAccountBillingRequest {
        account: wish.account.clone(),
    };
    let known = invoicing.get_account_billing(request).await?.into_inner().billing;
    let mut billing = known.unwrap_or_default();
    if change(&mut billing, wish)? {
        let request = ArrangeBillingRequest {
            request_id: request_id(),
            account: wish.account.clone(),
            billing: Some(billing),
            reason: wish.reason.clone(),
        };
        let answer = invoicing.arrange_billing(request).await?.into_inner();
        billing = answer.billing.unwrap_or_default();
    }
    output.show(|| wire::json::json(&billing), || people(&wish.account, &billing));
    Ok(())
}

/// Is anything to change?
fn change(billing: &mut AccountBilling, wish: &Arrange) -> Result<bool, Failure> {
    if let Some(invoices) = wish.invoices {
        billing.collective = invoices == Invoices::Collective;
    }
    let payers = wish.payers.iter().map(|text| payer(text, &wish.customers));
    let payers: Vec<Payer> = payers.collect::<Result<_, _>>()?;
    let pays = wish.no_payers || !payers.is_empty();
    if pays {
        billing.payers = payers;
    }
    Ok(pays || wish.invoices.is_some())
}

/// `bank=66.7%`, or `landlord=hosting,fee`.
fn payer(text: &str, customers: &[String]) -> Result<Payer, Failure> {
    let wrong = || {
        let sentence = format!("`{text}` is no payer: write bank=66.7% or landlord=hosting,fee");
        Failure::refused(sentence)
    };
    let (account, what) = text.split_once('=').ok_or_else(wrong)?;
    let pays = match what.strip_suffix('%') {
        Some(percent) => Pays::Percent(percent.trim().to_owned()),
        None => Pays::Charges(Charges {
            ids: what.split(',').map(|id| id.trim().to_owned()).collect(),
        }),
    };
    let named = customers.iter().filter_map(|text| text.split_once('='));
    let mut customer = named.filter(|(named, _)| *named == account).map(|(_, name)| name);
    Ok(Payer {
        account: account.to_owned(),
        customer: customer.next_back().unwrap_or_default().to_owned(),
        pays: Some(pays),
    })
}

fn people(account: &str, billing: &AccountBilling) -> String {
    let invoices = if billing.collective {
        format!("{account} gets one invoice a day for all that it pays")
    } else {
        format!("{account} gets an invoice for each contract that it pays")
    };
    let mut lines = vec![invoices];
    if billing.payers.is_empty() {
        lines.push(format!("{account} pays for itself"));
    }
    for payer in &billing.payers {
        let what = match &payer.pays {
            Some(Pays::Percent(percent)) => format!("{percent} % of every line"),
            Some(Pays::Charges(charges)) => charges.ids.join(", "),
            None => String::new(),
        };
        lines.push(format!("{} ({}) pays {what}", payer.account, payer.customer));
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_payer_pays_a_part_or_charges_under_the_name_given() {
        let customers = ["bank=First Bank".to_owned()];
        let bank = payer("bank=66.7%", &customers).unwrap();
        assert_eq!(
            (bank.customer.as_str(), bank.pays),
            ("First Bank", Some(Pays::Percent("66.7".to_owned())))
        );
        let landlord = payer("landlord=hosting, fee", &customers).unwrap();
        let ids = vec!["hosting".to_owned(), "fee".to_owned()];
        assert_eq!(
            (landlord.customer.as_str(), landlord.pays),
            ("", Some(Pays::Charges(Charges { ids })))
        );
        assert!(payer("bank", &customers).is_err());
    }
}
