//! Labels of forms: what "Order Start Date", "Buyer" or "Pay within" stand for.

use crate::reading::tokens::Token;

/// What a label is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Key {
    /// Who is paid.
    Provider,
    /// Who pays.
    Customer,
    /// First day.
    Start,
    /// Last day.
    End,
    /// The day from which it is in force.
    Effective,
    /// The day of the agreement.
    Agreed,
    /// The day of a signature.
    Signed,
    /// How long, or from when to when.
    Term,
    /// How often is billed, and when.
    Billing,
    /// When invoices must be paid.
    Payment,
    /// In what money.
    Currency,
    /// What happens at the end.
    Renewal,
    /// Notice.
    Notice,
    /// Interest on late payment.
    Late,
    /// A sum.
    Total,
    /// Tax.
    Tax,
    /// Known, and no term of the contract: offer dates, contacts, addresses, numbers.
    Other,
}

/// The known label the tokens begin with, and how many tokens it takes, its colon included. The longest wins.
pub(crate) fn key(tokens: &[Token]) -> Option<(Key, usize)> {
    let offset = usize::from(tokens.first().is_some_and(|token| token.is("the")));
    LABELS
        .iter()
        .filter_map(|(key, label)| length(tokens, offset, label).map(|length| (*key, length)))
        .max_by_key(|(_, length)| *length)
        .map(|(key, length)| {
            let end = length.saturating_add(offset);
            let colon = tokens.get(end).is_some_and(|token| token.is_mark(':'));
            let end = end.saturating_add(usize::from(colon));
            let leaders = tokens
                .iter()
                .skip(end)
                .take_while(|token| is_leader(token))
                .count();
            (key, end.saturating_add(leaders))
        })
}

/// Dots that lead from a label to its value.
fn is_leader(token: &Token) -> bool {
    token.text.chars().count() > 1
        && token
            .text
            .chars()
            .all(|c| matches!(c, '.' | '\u{2026}' | '_' | '\u{B7}'))
}

fn length(tokens: &[Token], offset: usize, label: &str) -> Option<usize> {
    let mut count = 0usize;
    for word in label.split(' ') {
        tokens
            .get(offset.saturating_add(count))
            .filter(|token| token.is(word))?;
        count = count.saturating_add(1);
    }
    Some(count)
}

const LABELS: &[(Key, &str)] = &[
    (Key::Term, "contract length"),
    (Key::Term, "initial subscription term"),
    (Key::Term, "campaign dates"),
    (Key::Term, "campaign period"),
    (Key::Term, "flight dates"),
    (Key::Term, "rental period"),
    (Key::Term, "lease term"),
    (Key::Term, "hire period"),
    (Key::Term, "coverage period"),
    (Key::Term, "support period"),
    (Key::Term, "dates"),
    (Key::Term, "agreement term"),
    (Key::Term, "committed term"),
    (Key::Term, "license period"),
    (Key::Term, "licence period"),
    (Key::Term, "term of order"),
    (Key::Term, "service dates"),
    (Key::Term, "subscription dates"),
    (Key::Term, "contract dates"),
    (Key::End, "service end"),
    (Key::End, "service ends"),
    (Key::End, "order end"),
    (Key::End, "last day"),
    (Key::End, "licence end date"),
    (Key::End, "expires"),
    (Key::End, "expires on"),
    (Key::End, "finishes"),
    (Key::End, "lease end"),
    (Key::Start, "order start"),
    (Key::Start, "first day"),
    (Key::Start, "services start"),
    (Key::Start, "services begin"),
    (Key::Start, "live from"),
    (Key::Start, "in force from"),
    (Key::Start, "licence start date"),
    (Key::Start, "lease start"),
    (Key::Provider, "publisher"),
    (Key::Provider, "operator"),
    (Key::Provider, "landlord"),
    (Key::Provider, "service company"),
    (Key::Provider, "host"),
    (Key::Provider, "manufacturer"),
    (Key::Customer, "advertiser"),
    (Key::Customer, "ordering office"),
    (Key::Customer, "ordering agency"),
    (Key::Customer, "purchasing entity"),
    (Key::Customer, "agency customer"),
    (Key::Customer, "buyer name"),
    (Key::Customer, "tenant"),
    (Key::Customer, "hirer"),
    (Key::Customer, "bill to company"),
    (Key::Customer, "ordering party"),
    (Key::Customer, "sponsor"),
    (Key::Customer, "reseller"),
    (Key::Payment, "due date"),
    (Key::Payment, "payment period"),
    (Key::Payment, "pay by"),
    (Key::Currency, "prices in"),
    (Key::Other, "sales representative"),
    (Key::Other, "quote valid through"),
    (Key::Other, "valid through"),
    (Key::Other, "date issued"),
    (Key::Term, "minimum term"),
    (Key::Term, "length of contract"),
    (Key::Term, "contract duration"),
    (Key::Start, "service commencement date"),
    (Key::Start, "go-live date"),
    (Key::Provider, "provider"),
    (Key::Provider, "service provider"),
    (Key::Provider, "supplier"),
    (Key::Provider, "vendor"),
    (Key::Provider, "seller"),
    (Key::Provider, "licensor"),
    (Key::Provider, "processor"),
    (Key::Provider, "contractor"),
    (Key::Provider, "consultant"),
    (Key::Provider, "from"),
    (Key::Provider, "agency"),
    (Key::Provider, "issued by"),
    (Key::Provider, "prepared by"),
    (Key::Provider, "lessor"),
    (Key::Provider, "sold by"),
    (Key::Provider, "payee"),
    (Key::Customer, "customer"),
    (Key::Customer, "customer name"),
    (Key::Customer, "client"),
    (Key::Customer, "client name"),
    (Key::Customer, "buyer"),
    (Key::Customer, "purchaser"),
    (Key::Customer, "licensee"),
    (Key::Customer, "subscriber"),
    (Key::Customer, "merchant"),
    (Key::Customer, "for"),
    (Key::Customer, "prepared for"),
    (Key::Customer, "sold to"),
    (Key::Customer, "ordered by"),
    (Key::Customer, "legal entity"),
    (Key::Customer, "lessee"),
    (Key::Customer, "payer"),
    (Key::Customer, "employer"),
    (Key::Customer, "organization"),
    (Key::Customer, "company name"),
    (Key::Start, "order start date"),
    (Key::Start, "start date"),
    (Key::Start, "subscription start date"),
    (Key::Start, "subscription start"),
    (Key::Start, "service start date"),
    (Key::Start, "service start"),
    (Key::Start, "term start date"),
    (Key::Start, "term start"),
    (Key::Start, "contract start date"),
    (Key::Start, "contract start"),
    (Key::Start, "commencement date"),
    (Key::Start, "commencement"),
    (Key::Start, "billing start date"),
    (Key::Start, "billing start"),
    (Key::Start, "plan begins"),
    (Key::Start, "begins"),
    (Key::Start, "begins on"),
    (Key::Start, "starts"),
    (Key::Start, "start"),
    (Key::Start, "service begins"),
    (Key::Start, "license start date"),
    (Key::Start, "initial term start date"),
    (Key::Start, "go-live"),
    (Key::End, "order end date"),
    (Key::End, "end date"),
    (Key::End, "subscription end date"),
    (Key::End, "subscription end"),
    (Key::End, "service end date"),
    (Key::End, "term end date"),
    (Key::End, "term end"),
    (Key::End, "contract end date"),
    (Key::End, "contract end"),
    (Key::End, "plan ends"),
    (Key::End, "ends"),
    (Key::End, "ends on"),
    (Key::End, "expiration date"),
    (Key::End, "expiry date"),
    (Key::End, "end"),
    (Key::End, "license end date"),
    (Key::End, "initial term end date"),
    (Key::Effective, "effective date"),
    (Key::Effective, "effective"),
    (Key::Effective, "effective as of"),
    (Key::Effective, "effective from"),
    (Key::Effective, "order effective date"),
    (Key::Effective, "sow effective date"),
    (Key::Agreed, "agreement date"),
    (Key::Agreed, "contract date"),
    (Key::Agreed, "order date"),
    (Key::Agreed, "date of agreement"),
    (Key::Agreed, "dated"),
    (Key::Signed, "signed"),
    (Key::Signed, "signed on"),
    (Key::Signed, "signature date"),
    (Key::Signed, "date signed"),
    (Key::Signed, "accepted"),
    (Key::Term, "term"),
    (Key::Term, "initial term"),
    (Key::Term, "initial order term"),
    (Key::Term, "subscription term"),
    (Key::Term, "order term"),
    (Key::Term, "contract term"),
    (Key::Term, "contract period"),
    (Key::Term, "commit period"),
    (Key::Term, "commitment period"),
    (Key::Term, "subscription period"),
    (Key::Term, "service period"),
    (Key::Term, "service term"),
    (Key::Term, "order runs"),
    (Key::Term, "runs"),
    (Key::Term, "length"),
    (Key::Term, "duration"),
    (Key::Term, "period"),
    (Key::Term, "license term"),
    (Key::Term, "licence term"),
    (Key::Term, "period of performance"),
    (Key::Billing, "billing frequency"),
    (Key::Billing, "billing"),
    (Key::Billing, "billing cycle"),
    (Key::Billing, "billing period"),
    (Key::Billing, "billing schedule"),
    (Key::Billing, "billing terms"),
    (Key::Billing, "invoicing"),
    (Key::Billing, "invoice frequency"),
    (Key::Billing, "invoicing frequency"),
    (Key::Billing, "invoice schedule"),
    (Key::Billing, "payment frequency"),
    (Key::Billing, "payment schedule"),
    (Key::Billing, "settlement"),
    (Key::Billing, "invoices"),
    (Key::Billing, "invoiced"),
    (Key::Billing, "billed"),
    (Key::Billing, "billing method"),
    (Key::Payment, "payment terms"),
    (Key::Payment, "payment term"),
    (Key::Payment, "payment"),
    (Key::Payment, "payment due"),
    (Key::Payment, "pay within"),
    (Key::Payment, "invoice terms"),
    (Key::Payment, "terms of payment"),
    (Key::Payment, "terms"),
    (Key::Payment, "due"),
    (Key::Payment, "invoices due"),
    (Key::Payment, "net terms"),
    (Key::Currency, "currency"),
    (Key::Currency, "money"),
    (Key::Currency, "billing currency"),
    (Key::Renewal, "renewal"),
    (Key::Renewal, "renewal term"),
    (Key::Renewal, "renewal terms"),
    (Key::Renewal, "auto-renewal"),
    (Key::Renewal, "auto renewal"),
    (Key::Renewal, "automatic renewal"),
    (Key::Renewal, "term and renewal"),
    (Key::Notice, "notice"),
    (Key::Notice, "notice period"),
    (Key::Notice, "non-renewal notice"),
    (Key::Late, "late amounts"),
    (Key::Late, "late payment"),
    (Key::Late, "late fee"),
    (Key::Late, "late fees"),
    (Key::Late, "late payments"),
    (Key::Late, "interest"),
    (Key::Total, "total"),
    (Key::Total, "order total"),
    (Key::Total, "grand total"),
    (Key::Total, "subtotal"),
    (Key::Total, "total contract value"),
    (Key::Tax, "vat"),
    (Key::Tax, "tax"),
    (Key::Tax, "taxes"),
    (Key::Tax, "sales tax"),
    (Key::Other, "offer valid through"),
    (Key::Other, "offer valid until"),
    (Key::Other, "quote valid until"),
    (Key::Other, "quote expires"),
    (Key::Other, "valid until"),
    (Key::Other, "offer expires"),
    (Key::Other, "offer expiration date"),
    (Key::Other, "quote date"),
    (Key::Other, "bill to"),
    (Key::Other, "ship to"),
    (Key::Other, "billing contact"),
    (Key::Other, "contact"),
    (Key::Other, "account executive"),
    (Key::Other, "account"),
    (Key::Other, "account manager"),
    (Key::Other, "address"),
    (Key::Other, "email"),
    (Key::Other, "prepared on"),
    (Key::Other, "purchase order"),
    (Key::Other, "po number"),
    (Key::Other, "order number"),
    (Key::Other, "quote number"),
    (Key::Other, "reference"),
    (Key::Other, "ref"),
    (Key::Other, "governing law"),
];
