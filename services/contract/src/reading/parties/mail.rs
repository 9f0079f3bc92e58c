//! Parties of a contract made by e-mail: the company that writes and asks to be paid, and the other one.

use super::{Introduced, Side};
use crate::page::{Document, Media};
use crate::reading::phrases::says_any;
use crate::reading::statements::Statement;

/// The company that the sender's address names is paid, where the mail asks for payment.
pub(super) fn sender(document: &Document, statements: &[Statement], found: &mut [Introduced]) {
    let asks = || {
        statements.iter().any(|statement| {
            says_any(
                statement.tokens(),
                "please pay|we invoice|we bill|invoiced|our invoice|our invoices|billed|we charge|payable to us",
            )
        })
    };
    if document.media != Media::Email || found.iter().any(|party| party.side == Some(Side::Provider)) {
        return;
    }
    let Some(host) = address(document, "From:") else {
        return;
    };
    let of_sender = found.iter_mut().find(|party| is_of(&party.name, &host));
    if let Some(party) = of_sender.filter(|_| asks()) {
        party.side = Some(Side::Provider);
    }
}

/// The name of the host of the first address in the line that begins so: `lumenfox` of `a@lumenfox.example`.
fn address(document: &Document, begins: &str) -> Option<String> {
    let line = document
        .lines()
        .map(|line| line.text())
        .find(|text| text.starts_with(begins))?;
    let (_, host) = line.split_once('@')?;
    let name = host.split(['.', '>', ',', ' ']).next()?;
    Some(plain(name)).filter(|name| name.len() > 2)
}

/// Does the company's name, without what sort of company it is, begin as the host does, or hold it?
fn is_of(name: &str, host: &str) -> bool {
    let name = plain(name);
    name.starts_with(host) || host.starts_with(&name) || name.contains(host)
}

fn plain(text: &str) -> String {
    text.to_lowercase()
        .replace('&', "and")
        .chars()
        .filter(|c| c.is_alphanumeric())
        .collect()
}
