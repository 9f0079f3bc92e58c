//! A golden's timeline, lived through: the draft is approved, what happened is fed to the charges that golden items
//! became, everything is billed, and the invoices are compared by date, due date, tax and total.

use std::collections::BTreeMap;

use billing::draft::{DraftInvoice, Run};
use billing::facts::Facts;
use contract::flag::{Flag, FlagState};
use contract::interpret::interpret;
use jiff::Timestamp;
use jiff::civil::Date;
use pricing::plan::Plan;
use rust_decimal::Decimal;
use serde_json::Value;

use super::golden::{Golden, decimal, list};
use super::reading::{Outcome, Part};
use super::score::Sides;
use super::tally::{Miss, Tally};
use super::timeline;

/// The plan of one part after approval, and which charge each of its lines became.
#[derive(Debug)]
pub(crate) struct Approved<'o> {
    pub(crate) part: &'o Part,
    pub(crate) plan: Plan,
    became: Vec<(String, String)>,
}

/// A charge of an approved plan.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ChargeAt<'a> {
    /// Index of the plan among the approved ones.
    pub(crate) plan: usize,
    pub(crate) id: &'a str,
}

/// Approved plans, and the charge of each golden item.
#[derive(Debug)]
pub(crate) struct Approval<'o> {
    pub(crate) plans: Vec<Approved<'o>>,
    charges: BTreeMap<String, (usize, String)>,
}

/// Bills what the golden lists, and counts what is equal.
pub(crate) fn replay(golden: &Golden, outcome: &Outcome, sides: &Sides<'_>, tally: &mut Tally) {
    let listed: Vec<&Value> = list(&golden.value["invoices"])
        .into_iter()
        .filter(|invoice| invoice["replayable"].as_bool() != Some(false) && date(invoice).is_some())
        .collect();
    let Some(through) = listed.iter().filter_map(|invoice| date(invoice)).max() else {
        return;
    };
    let skipped = skipped(golden);
    let approval = Approval::of(outcome, sides, &skipped);
    let billed = if approval.plans.is_empty() {
        vec![Err(
            "no part has a plan, whatever is decided about its flags".to_owned()
        )]
    } else {
        bill(golden, &approval, through)
    };
    for item in &skipped {
        if approval
            .charge(item)
            .is_some_and(|charge| is_billed(&billed, charge))
        {
            tally
                .hard
                .push(format!("{item} was billed, though its flag is not decided"));
        }
    }
    for invoice in listed {
        let difference = compare(invoice, &approval, &billed);
        tally.invoices.count(difference.is_none());
        tally.misses.extend(difference);
    }
}

pub(crate) fn date(of: &Value) -> Option<Date> {
    of["date"].as_str()?.parse().ok()
}

/// Golden items that must not bill before their flag is decided.
fn skipped(golden: &Golden) -> Vec<String> {
    list(&golden.value["invoices_skipped"])
        .into_iter()
        .flat_map(|entry| {
            let one = entry.as_str().or(entry["item"].as_str());
            let many = list(&entry["items"]).into_iter().filter_map(Value::as_str);
            many.chain(one).map(str::to_owned).collect::<Vec<_>>()
        })
        .collect()
}

impl<'o> Approval<'o> {
    /// Every flag is decided without changing a value, except those about lines that wait for theirs.
    fn of(outcome: &'o Outcome, sides: &Sides<'_>, waiting: &[String]) -> Self {
        let line_of = |index: usize| {
            sides
                .pairing
                .line_of(index)
                .and_then(|line| sides.lines.get(line))
        };
        let named = || {
            let ids = sides
                .golden
                .iter()
                .map(|(item, _)| item["id"].as_str().unwrap_or_default());
            ids.enumerate()
                .filter_map(|(index, id)| Some((id.to_owned(), line_of(index)?.0)))
        };
        let mut plans: Vec<Approved<'o>> = Vec::new();
        for part in &outcome.parts {
            let held = named().filter(|(id, line)| waiting.contains(id) && std::ptr::eq(line.part, part));
            let held: Vec<usize> = held.map(|(_, line)| line.index).collect();
            plans.extend(approve(part, &held));
        }
        let charge = |(id, line): (String, super::score::Line<'_>)| {
            let plan = plans.iter().position(|plan| std::ptr::eq(plan.part, line.part))?;
            let became = plans
                .get(plan)?
                .became
                .iter()
                .find(|(item, _)| *item == line.item.id);
            became.map(|(_, charge)| (id, (plan, charge.clone())))
        };
        let charges = named().filter_map(charge).collect();
        Self { plans, charges }
    }

    /// The charge that a golden item became.
    pub(crate) fn charge(&self, item: &str) -> Option<ChargeAt<'_>> {
        let (plan, id) = self.charges.get(item)?;
        Some(ChargeAt { plan: *plan, id })
    }

    pub(crate) fn plan(&self, charge: ChargeAt<'_>) -> Option<&Plan> {
        self.plans.get(charge.plan).map(|approved| &approved.plan)
    }
}

fn approve<'o>(part: &'o Part, held: &[usize]) -> Option<Approved<'o>> {
    let decided = |flag: &Flag| {
        let mut flag = flag.clone();
        if flag.waits() && !held.iter().any(|index| flag.is_about_item(*index)) {
            flag.state = FlagState::Resolved {
                by: "evaluation".to_owned(),
                reason: "measured as if a person had found the reading right".to_owned(),
                at: Timestamp::UNIX_EPOCH,
            };
        }
        flag
    };
    let flags: Vec<Flag> = part.draft.flags.iter().map(decided).collect();
    let made = interpret(&part.draft.terms, &flags);
    let plan = made.plan.filter(|plan| !plan.charges.is_empty())?;
    Some(Approved {
        part,
        plan,
        became: made.became,
    })
}

/// What billing a plan gave.
type Billed = Result<Vec<DraftInvoice>, String>;

fn bill(golden: &Golden, approval: &Approval<'_>, through: Date) -> Vec<Billed> {
    let facts = timeline::facts(golden, approval);
    let plans = approval.plans.iter().zip(facts);
    plans
        .map(|(approved, facts)| invoices(&approved.plan, &facts, through))
        .collect()
}

/// Everything a plan bills through a day, in one run.
pub(crate) fn invoices(plan: &Plan, facts: &Facts, through: Date) -> Billed {
    let lines = billing::expected(plan, facts, through).map_err(|error| error.to_string())?;
    let due = billing::difference(&lines, &[]).map_err(|error| error.to_string())?;
    let run = Run {
        through,
        issued_through: None,
    };
    billing::draft(plan, due, run).map_err(|error| error.to_string())
}

fn is_billed(billed: &[Billed], charge: ChargeAt<'_>) -> bool {
    let invoices = billed.get(charge.plan).and_then(|billed| billed.as_ref().ok());
    let lines = invoices.into_iter().flatten().flat_map(|invoice| &invoice.lines);
    let mut of_charge = lines.filter(|due| due.line.charge == charge.id);
    of_charge.any(|due| !due.line.amount.amount.is_zero())
}

/// What differs on a listed invoice; none where it is equal.
fn compare(listed: &Value, approval: &Approval<'_>, billed: &[Billed]) -> Option<Miss> {
    let day = date(listed)?;
    let wanted = if listed["complete"].as_bool() == Some(false) {
        lines_wanted(listed)
    } else {
        whole_wanted(listed)
    };
    let found = match broken(billed) {
        Some(error) => vec![("cannot bill", error)],
        None if listed["complete"].as_bool() == Some(false) => lines_found(listed, day, approval, billed),
        None => whole_found(listed, day, billed),
    };
    if found == wanted {
        return None;
    }
    let in_words = |facts: &[(&str, String)]| {
        let words = facts.iter().map(|(name, value)| format!("{name} {value}"));
        words.collect::<Vec<_>>().join(", ")
    };
    Some(Miss {
        what: format!("invoice {day}"),
        golden: Some(in_words(&wanted)),
        got: (!found.is_empty()).then(|| in_words(&found)),
        page: None,
        flagged: false,
        quote: None,
    })
}

fn broken(billed: &[Billed]) -> Option<String> {
    billed.iter().find_map(|billed| billed.as_ref().err().cloned())
}

type Facet = (&'static str, String);

fn money(amount: Decimal) -> String {
    amount.normalize().to_string()
}

/// Due date, tax and total, as far as they are listed.
fn whole_wanted(listed: &Value) -> Vec<Facet> {
    let tax = decimal(&listed["tax"]["amount"]).or_else(|| decimal(&listed["tax"]));
    let facets = [
        ("due", listed["due"].as_str().map(str::to_owned)),
        ("tax", tax.map(money)),
        ("total", decimal(&listed["total"]).map(money)),
    ];
    facets
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)))
        .collect()
}

/// The same of everything that was billed on that day: refunds stand on a note of their own.
fn whole_found(listed: &Value, day: Date, billed: &[Billed]) -> Vec<Facet> {
    let drafts: Vec<&DraftInvoice> = of_day(day, billed).collect();
    let Some(first) = drafts.iter().max_by_key(|draft| draft.total.amount) else {
        return Vec::new();
    };
    let taxes = drafts.iter().flat_map(|draft| &draft.taxes);
    let tax: Decimal = taxes.map(|tax| tax.amount.amount).sum();
    let total: Decimal = drafts.iter().map(|draft| draft.total.amount).sum();
    let wanted = whole_wanted(listed);
    let facets = [
        ("due", first.due_date.to_string()),
        ("tax", money(tax)),
        ("total", money(total)),
    ];
    let is_listed = |name: &str| wanted.iter().any(|(listed, _)| *listed == name);
    facets.into_iter().filter(|(name, _)| is_listed(name)).collect()
}

fn of_day(day: Date, billed: &[Billed]) -> impl Iterator<Item = &DraftInvoice> {
    let all = billed.iter().filter_map(|billed| billed.as_ref().ok()).flatten();
    all.filter(move |draft| draft.invoice_date == day)
}

/// Items in the order of their ids, each with the sum of its lines.
fn lines_wanted(listed: &Value) -> Vec<Facet> {
    let mut sums: BTreeMap<&str, Decimal> = BTreeMap::new();
    for line in list(&listed["lines"]) {
        let amount = decimal(&line["amount"]).unwrap_or_default();
        *sums.entry(line["item"].as_str().unwrap_or_default()).or_default() += amount;
    }
    let facet = |(item, sum): (&str, Decimal)| ("line", format!("{item} {}", money(sum)));
    sums.into_iter().map(facet).collect()
}

fn lines_found(listed: &Value, day: Date, approval: &Approval<'_>, billed: &[Billed]) -> Vec<Facet> {
    let mut items: Vec<&str> = list(&listed["lines"])
        .iter()
        .filter_map(|line| line["item"].as_str())
        .collect();
    items.sort_unstable();
    items.dedup();
    let facet = |item: &str| {
        let charge = approval.charge(item)?;
        let invoices = billed.get(charge.plan)?.as_ref().ok()?.iter();
        let lines = invoices
            .filter(|draft| draft.invoice_date == day)
            .flat_map(|draft| &draft.lines);
        let of_charge = lines.filter(|due| due.line.charge == charge.id);
        let sum: Decimal = of_charge.map(|due| due.line.amount.amount).sum();
        Some(("line", format!("{item} {}", money(sum))))
    };
    items.into_iter().filter_map(facet).collect()
}
