//! Every kind of page of the demonstration, with something to show on it.

use crate::chromium::Window;

/// Something is said of a term, so that its pages show what people say.
pub(super) fn comment(window: &Window) {
    window.open("/contracts?queue=done&search=Stadtwerke");
    let contract = window.links("tbody a[data-row]").remove(0);
    window.open(&format!("{contract}?term=%2Fcustomer"));
    window.fill("textarea[name=text]", "Is this the name on the invoices?");
    window.click(".talk form button");
    window.until("the comment", "document.querySelector('.said')");
}

/// More comes in than is owed, so that there is money that settles nothing.
pub(super) fn pay_too_much(window: &Window) {
    window.open("/invoices?show=owed");
    window.click("tbody a[data-row]");
    window.until("an invoice", "document.querySelector('form[action$=\"/pay\"]')");
    window.ask(
        "document.querySelector('form[action$=\"/pay\"] input[name=amount]').value = '999999.00'",
        &[],
    );
    window.fill("form[action$='/pay'] input[name=reference]", "Statement 12");
    window.click("form[action$='/pay'] button");
    window.until("the payment", "document.querySelector('.told p')");
}

/// Every kind of page once, with its empty and failing states.
pub(super) fn pages(window: &Window) -> Vec<String> {
    let mut pages: Vec<String> = [
        "/contracts",
        "/contracts?queue=all",
        "/contracts?queue=all&search=nobody",
        "/contracts/new",
        "/contracts/quality",
        "/contracts/quality?days=3650",
        "/preferences",
        "/accounts",
        "/accounts?search=nobody",
        "/accounts/nobody",
        "/renewals",
        "/renewals?account=nobody",
        "/renewals?show=all",
        "/invoices",
        "/invoices?show=owed",
        "/invoices?show=credits",
        "/invoices?search=nobody",
        "/invoices/INV-999999",
        "/invoices/drafts",
        "/invoices/drafts?through=2027-06-30",
        "/collections",
        "/collections/unapplied",
        "/usage/waiting",
        "/usage/refused",
        "/nowhere",
    ]
    .map(str::to_owned)
    .to_vec();
    window.open("/contracts?queue=done&search=Stadtwerke");
    let contract = window.links("tbody a[data-row]").remove(0);
    pages.push(format!("{contract}?term=%2Fcustomer"));
    pages
        .extend(["", "/preview", "/changes", "/history", "/approve"].map(|part| format!("{contract}{part}")));
    window.open("/contracts?queue=review");
    pages.extend(window.links("tbody a[data-row]").into_iter().take(2));
    let account = "/accounts/stadtwerke-falkenau-gmbh";
    for part in [
        "",
        "/usage?meter=&from=2026-01-01&to=2026-12-31",
        "/usage?from=2020-01-01",
        "/seats",
        "/payers",
    ] {
        pages.push(format!("{account}{part}"));
    }
    pages.push("/accounts/ostler-wray-legal-research-inc/credits".to_owned());
    window.open(&format!("{account}/usage?from=2026-01-01&to=2026-12-31"));
    pages.push(window.links("tbody a[data-row]").remove(0));
    window.open("/invoices?search=Stadtwerke");
    let invoice = window.links("tbody a[data-row]").remove(0);
    window.open(&invoice);
    pages.extend(window.links("a[href*='/lines/']").into_iter().take(2));
    pages.push(invoice);
    pages
}
