//! What binds an amount to a charge: a verb of paying or pricing that governs it, or the name of a fee right beside it. An
//! amount that is spent, owned, exceeded or insured is no charge, whatever the heading over it says.

use super::Charge;
use crate::reading::phrases::says_any;
use crate::reading::prose::{is_new_price, span_of_fee};
use crate::reading::roles;
use crate::reading::tokens::{Kind, Token};

/// What the verb nearest before an amount does with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Governed {
    /// It is paid, charged, priced.
    Paid,
    /// It is said to be so much.
    Stated,
    /// Something else is done with it.
    Otherwise,
    /// No verb that we know.
    Nothing,
}

impl Charge<'_, '_> {
    /// Is the amount bound as a charge?
    pub(super) fn is_bound(&self) -> bool {
        let tokens = self.reader.tokens();
        let (from, to) = roles::clause(tokens, self.at);
        let before = tokens.get(from..self.at).unwrap_or_default();
        let end = self.at.saturating_add(self.price.length);
        let after = tokens.get(end.min(to)..to).unwrap_or_default();
        let on_cost = before.len().saturating_sub(2);
        let on_top = before
            .get(on_cost..)
            .is_some_and(|last| says_any(last, "cost plus"));
        if on_top
            || goes_to_another(after)
            || is_of_somebody_else(before)
            || self.is_of_customer(before)
            || is_paid_to_others(before)
        {
            return false;
        }
        if self.statement().is_labelled() || self.is_billed_next() && is_fragment(before, after) {
            return true;
        }
        let new_price = self.reader.amends && is_new_price(tokens, self.at);
        if new_price || is_rated(before) || takes_over(before) {
            return true;
        }
        match governed(before) {
            Governed::Otherwise => is_named(before) || follows_preposition(before),
            Governed::Paid => true,
            // "The minimum investment in each Fund is $2,500": what merely is so much is charged where prices are the subject.
            Governed::Stated => {
                before.iter().any(|token| token.is_any(FEES))
                    || is_paid_after(after)
                    || self.is_among_prices()
                    || self.price.is_per_unit()
            }
            Governed::Nothing => {
                // "$24.00 per hour, for actual time": an entry of a list of prices.
                before.iter().all(|token| !matches!(token.kind, Kind::Word)) && self.price.is_per_unit()
                    || is_paid_after(after)
                    || follows_preposition(before)
                        && (self.price.is_per_unit() || self.price.period.is_some())
                    || self.is_listed() && is_fragment(before, after)
                    || self.is_among_prices()
                        && (is_named(before)
                            || names_fee(after)
                            || is_fragment(before, after)
                            || span_of_fee(self.reader.tokens(), self.at).is_some())
            }
        }
    }

    /// "Perpetual licence, one site: £84,000. Invoiced on 1 July 2026.": the next sentence bills what this one names.
    pub(super) fn is_billed_next(&self) -> bool {
        let next = self.reader.next_of_paragraph();
        next.is_some_and(|tokens| {
            tokens
                .first()
                .is_some_and(|token| token.is_any("invoiced|billed|payable|charged|due"))
        })
    }

    /// "Hospital's published charge for a scan is $1,475": what the customer asks of its own customers.
    fn is_of_customer(&self, before: &[Token]) -> bool {
        let named = |token: &Token| {
            let low = token.low.trim_end_matches("'s");
            token.low.ends_with("'s") && self.reader.parties.customer_words.iter().any(|word| word == low)
        };
        let owner = before.iter().rposition(named);
        let rest = owner
            .and_then(|at| before.get(at.saturating_add(1)..))
            .unwrap_or_default();
        let fee = rest.iter().position(|token| {
            token.is_any("charge|charges|price|prices|fee|fees|rate|rates|tariff|salary|cost|costs")
        });
        let paid = rest
            .iter()
            .any(|token| token.is_any("pay|pays|paid|payable|due|billed|invoiced"));
        fee.is_some_and(|at| at <= 3) && !paid
    }

    /// A price for each of something, alone in a line of an exhibit: "Receiver - $1.95 each".
    fn is_listed(&self) -> bool {
        let heading = &self.statement().under.heading;
        let exhibit = ["exhibit", "schedule", "appendix", "annex", "attachment"]
            .iter()
            .any(|word| heading.contains(word));
        exhibit && self.price.is_per_unit()
    }

    /// Does it stand under a heading about prices, or under none? A specification may name prices that others charge.
    fn is_among_prices(&self) -> bool {
        const ABOUT: &str = "fee|price|pricing|payment|charge|rate|compensation|commercial|cost|subscription|billing|\
            plan|order|consideration|royalt|financ|invoic|service|tariff|offer|quote|product|usage|support|maintenance";
        let heading = &self.statement().under.heading;
        heading.is_empty() || ABOUT.split('|').any(|stem| heading.contains(stem))
    }
}

/// Words without a verb, in a list of prices: "SMS messages, $0.01 per message".
fn is_fragment(before: &[Token], after: &[Token]) -> bool {
    !before.iter().chain(after).any(is_modal)
}

const PAID: &str = "pay|pays|paid|paying|payable|payment|payments|charge|charges|charged|charging|bill|bills|billed|invoice|invoices|invoiced|\
    due|owe|owes|owed|remit|remits|remitted|cost|costs|equal|equals|reimburse|reimburses|reimbursed|priced|metered|\
    receive|receives|compensate|accrue|accrues|added|purchase|purchases|buy|buys|deduct|deducts|contribute|\
    contributes|purchased|bought|ordered|available|rented|leased|hired|furnished|run|performed|billable|collect|collects|tender|entitled|send|sends|assessed|comes|runs|get|gets|add|adds|retain|retains|earn|\
    earns|remunerate|remunerates|remunerated|rated|turn|turns|turned|surrender|forward|applies|remains|agreed|offers|offered|set|fixed";

const OTHERWISE: &str = "exceed|exceeds|exceeding|exceeded|spend|spends|spent|expend|expends|expended|maintain|maintains|bear|bears|\
    maintained|carry|carries|own|owns|owned|acquire|acquires|acquired|hold|holds|issue|issues|issued|invest|invests|borrow|\
    borrows|lend|incur|incurs|incurred|raise|raises|raised|generate|generates|achieve|achieves|attain|attains|represent|represents|\
    representing|constitute|constitutes|comprise|comprises|reduce|reduces|reduced|reducing|decrease|decreases|decreased|\
    increase|increases|increased|increasing|vary|varies|guarantee|guarantees|budget|budgeted|estimate|estimated|require|\
    requires|obtain|insure|insured|furnish|allocate|allocated|reserve|reserved|withhold|withheld|refund|refunds|refunded|\
    credited|rebate|waive|waives|waived|sell|sells|sold|sale|supply|supplies|provide|provides|provided|contains|having|\
    transfer|transfers|damages|damaged|destroyed|defective|reject|discloses|disclose|reveals|reveal|shows|understated|voting|\
    deposit|deposits|deposited|used|valued|save|saves";

/// The verb nearest before the amount. "be" and "is" give way to the word that they help.
fn governed(before: &[Token]) -> Governed {
    let known = before.iter().rev().find_map(|token| {
        if token.is_any(OTHERWISE) {
            return Some(Governed::Otherwise);
        }
        token.is_any(PAID).then_some(Governed::Paid)
    });
    let known = known.or_else(|| {
        let stated = before
            .iter()
            .any(|token| token.is_any("is|are|be|was|were|mean|means"));
        stated.then_some(Governed::Stated)
    });
    known.unwrap_or(Governed::Nothing)
}

const FEES: &str = "fee|fees|price|prices|charge|charges|rate|rates|rent|rental|royalty|royalties|commission|commissions|\
    retainer|premium|payment|payments|installment|installments|instalment|instalments|subscription|license|licence|\
    maintenance|tuition|compensation|sum|cost|costs|surcharge|tariff|advance|salary|bonus|consideration|percentage|amount|\
    deposit|toll|postage|share|support|setup|set-up|incentive|bounty|honorarium|stipend|allowance|draw|wage|wages|pay|\
    remuneration|dues|assessment|tax|fare|freight|detention|storage|reward";

/// Is it the name of a fee?
pub(in crate::reading::prose) fn is_fee(word: &str) -> bool {
    crate::reading::tokens::listed(FEES, word)
}

/// "a setup fee of", "at the rate of", "royalties equal to", "Fee:": the name of a fee leads up to the amount.
fn is_named(before: &[Token]) -> bool {
    let last = before.iter().rposition(|token| !is_filler(token));
    last.and_then(|at| before.get(at))
        .is_some_and(|token| token.is_any(FEES))
}

/// "at a discounted rate of", "a monthly fee of": a small word leads to the name of the fee, and "of" to the amount.
fn is_rated(before: &[Token]) -> bool {
    let from = before.len().saturating_sub(7);
    let near = before.get(from..).unwrap_or_default();
    let fee = near
        .iter()
        .rposition(|token| token.is_any("rate|price|fee|charge|cost"));
    let Some((led, rest)) = fee.and_then(|at| near.split_at_checked(at)) else {
        return false;
    };
    led.iter().any(|token| token.is_any("at|for|@|a|an|the"))
        && rest.get(1).is_some_and(|token| token.is("of"))
        && rest.iter().skip(2).all(is_filler)
}

/// "is raised from $400 to": the amount takes the place of another.
fn takes_over(before: &[Token]) -> bool {
    before.last().is_some_and(|token| token.is("to")) && before.iter().any(|token| token.money().is_some())
}

fn is_filler(token: &Token) -> bool {
    token.is_any(
        "of|the|a|an|is|are|be|shall|will|to|equal|in|at|sum|total|amount|amounts|currently|presently|now|initially|only|just|flat|\
        fixed|for|as|follows|following|equals|aggregate",
    ) || matches!(token.kind, Kind::Mark(':' | '(' | '-' | ',' | '"'))
}

/// "sold at $1,850 per unit", "provided for $90 an hour".
fn follows_preposition(before: &[Token]) -> bool {
    before.last().is_some_and(|token| token.is_any("at|for|@"))
}

/// "$500 setup fee", "3% commission".
fn names_fee(after: &[Token]) -> bool {
    let near = after.get(..after.len().min(5)).unwrap_or_default();
    near.iter().any(|token| token.is_any(FEES))
}

/// "$5,000 shall be due", "$40 is added".
fn is_paid_after(after: &[Token]) -> bool {
    let near = after.get(..after.len().min(14)).unwrap_or_default();
    near.iter()
        .any(|token| token.is_any("payable|due|paid|billed|charged|invoiced|added|applies|apply|pays|pay"))
}

fn is_modal(token: &Token) -> bool {
    token.is_any("shall|will|may|must|is|are|was|were|has|have|agrees|agree|can|would|should|does|do")
}

/// "it will pay the bank 2.35% of each sale", "billed by the depository": to or by somebody who is no party.
fn is_paid_to_others(before: &[Token]) -> bool {
    const OTHERS: &str = "bank|depository|depositary|carrier|utility|landlord|insurer|county|underwriter|printer|registrar|\
        contractors|subcontractor|subcontractors|counsel|auditors|publisher's|union";
    let near = before.get(before.len().saturating_sub(12)..).unwrap_or(before);
    near.iter().enumerate().any(|(at, token)| {
        let led = at.checked_sub(1).and_then(|before| near.get(before));
        let verb = at.checked_sub(2).and_then(|before| near.get(before));
        let its = led.is_some_and(|led| {
            led.is_any("the|its|their|such") && token.low.chars().all(char::is_alphabetic)
        });
        its && !token.is_capital()
            && token.is_any(OTHERS)
            && verb.is_some_and(|verb| verb.is_any("pay|pays|paid|by|to|owes|owe"))
    })
}

/// "payable directly to the escrow agent": paid to somebody who is no party.
fn goes_to_another(after: &[Token]) -> bool {
    let near = after.get(..after.len().min(10)).unwrap_or_default();
    says_any(
        near,
        "under their own contract|under its own contract|directly to the|to the escrow agent|to a third party|to third parties|to the bank|to the trustee|to such third",
    )
}

/// "participants shall pay $15 per transaction", "charged to its members": a price of somebody who is no party.
fn is_of_somebody_else(before: &[Token]) -> bool {
    const OTHERS: &str = "stockholder|stockholders|shareholder|shareholders|shareowner|shareowners|participant|participants|\
        parties|consumers|consumer|subscribers|members|viewers|visitors|employees";
    let near = before.get(before.len().saturating_sub(18)..).unwrap_or(before);
    let last = near.get(near.len().saturating_sub(5)..).unwrap_or(near);
    if says_any(
        last,
        "to its customers at|to its subscribers at|to their customers at|to its own customers at|to the public at",
    ) {
        return true;
    }
    near.iter().enumerate().any(|(at, token)| {
        let pays = near
            .iter()
            .skip(at.saturating_add(1))
            .take(3)
            .any(|next| next.is_any("pay|pays|paid|charged|billed"));
        let led = near.get(at.saturating_sub(4)..at).unwrap_or_default();
        let charged = says_any(
            led,
            "charged to|charge to|charged by|paid by|collected from|borne by|payable by",
        );
        let sold_to = token
            .is_any("consumers|consumer|visitors|viewers|shareholders|patients|tenants|guests|borrowers")
            && near
                .get(at.saturating_add(1))
                .is_some_and(|next| next.is_any("will|shall|may|can|buy|download"));
        token.is_any(OTHERS) && (pays || charged) || sold_to
    })
}
