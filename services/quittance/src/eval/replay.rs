//! A golden's timeline, lived through: the draft is approved, what happened is fed to the charges that golden items
//! became, everything is billed, and the invoices are compared by date, due date, tax and total.

use std::collections::BTreeMap;

use billing::draft::{DraftInvoice, Run};
use billing::facts::Facts;
use contract::flag::{Flag, FlagState};
use contract::interpret::interpret;
use contract::terms::{Found, LineItem, Mark, Terms};
use jiff::Timestamp;
use jiff::civil::Date;
use pricing::plan::{Charge, Plan};
use rust_decimal::Decimal;
use serde_json::Value;

use super::golden::{Golden, decimal, list};
use super::reading::Outcome;
use super::score::Sides;
use super::tally::{Miss, Tally};
use super::timeline;

/// The approved plan, and the charge of each golden item.
#[derive(Debug)]
pub(crate) struct Approval {
    pub(crate) plan: Plan,
    charges: BTreeMap<String, String>,
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
    let billed = match Approval::of(golden, outcome, sides, &skipped) {
        Some(approval) => {
            let billed = bill(golden, &approval, through);
            never_billed(&skipped, &approval, &billed, tally);
            (Some(approval), billed)
        }
        None => (
            None,
            Err("there is no plan, whatever is decided about its flags".to_owned()),
        ),
    };
    for invoice in listed {
        let difference = compare(invoice, billed.0.as_ref(), &billed.1);
        tally.invoices.count(difference.is_none());
        tally.misses.extend(difference);
    }
}

/// What waits for a decision may be on no invoice.
fn never_billed(skipped: &[String], approval: &Approval, billed: &Billed, tally: &mut Tally) {
    let wrongly = skipped.iter().filter(|item| {
        approval
            .charge(item)
            .is_some_and(|charge| is_billed(billed, charge))
    });
    tally
        .hard
        .extend(wrongly.map(|item| format!("{item} was billed, though its flag is not decided")));
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

impl Approval {
    /// Every flag is decided without changing a value, except those about lines that wait for theirs.
    fn of(golden: &Golden, outcome: &Outcome, sides: &Sides<'_>, waiting: &[String]) -> Option<Self> {
        let draft = outcome.draft.as_ref()?;
        let named: Vec<(String, super::score::Line<'_>)> = sides
            .golden
            .iter()
            .enumerate()
            .filter_map(|(index, (item, _))| {
                let (line, _) = sides.lines.get(sides.pairing.line_of(index)?)?;
                Some((item["id"].as_str()?.to_owned(), *line))
            })
            .collect();
        let held = named.iter().filter(|(id, _)| waiting.contains(id));
        let held: Vec<usize> = held.map(|(_, line)| line.index).collect();
        let flags: Vec<Flag> = draft.flags.iter().map(|flag| decided(flag, &held)).collect();
        let mut terms = draft.terms.clone();
        conditions_met(golden, &named, &mut terms);
        let made = interpret(&terms, &flags);
        let charge = |line: &LineItem| {
            let became = made.became.iter().find(|(item, _)| *item == line.id);
            became.map(|(_, charge)| charge.clone())
        };
        let charges = named
            .iter()
            .filter_map(|(id, line)| Some((id.clone(), charge(line.item)?)))
            .collect();
        let plan = made.plan.filter(|plan| !plan.charges.is_empty())?;
        Some(Self { plan, charges })
    }

    /// The charge that a golden item became.
    pub(crate) fn charge(&self, item: &str) -> Option<&Charge> {
        self.plan.charge(self.charges.get(item)?)
    }

    /// The charge for each transaction beside a share with tiers.
    pub(crate) fn fee_for_each(&self, charge: &Charge) -> Option<&Charge> {
        self.plan.charge(&format!("{}-each", charge.id))
    }
}

/// What holds only under a condition is decided by a person: from the day on which the timeline says that it is met.
fn conditions_met(golden: &Golden, named: &[(String, super::score::Line<'_>)], terms: &mut Terms) {
    let events = list(&golden.value["timeline"]).into_iter();
    for event in events.filter(|entry| entry["name"].as_str() == Some("condition_holds")) {
        let line = named
            .iter()
            .find(|(id, _)| event["item"].as_str() == Some(id.as_str()));
        let item = line.and_then(|(_, line)| terms.line_items.get_mut(line.index));
        if let (Some(item), Some(day)) = (item, date(event)) {
            item.marks.retain(|mark| *mark != Mark::Contingent);
            item.start = Found::derived(day, "the condition is met from this day", Vec::new());
        }
    }
}

fn decided(flag: &Flag, held: &[usize]) -> Flag {
    let mut flag = flag.clone();
    if flag.waits() && !held.iter().any(|index| flag.is_about_item(*index)) {
        flag.state = FlagState::Resolved {
            by: "evaluation".to_owned(),
            reason: "measured as if a person had found the reading right".to_owned(),
            at: Timestamp::UNIX_EPOCH,
        };
    }
    flag
}

/// What billing a plan gave.
type Billed = Result<Vec<DraftInvoice>, String>;

fn bill(golden: &Golden, approval: &Approval, through: Date) -> Billed {
    let facts = timeline::facts(golden, approval);
    invoices(&approval.plan, &facts, through)
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

fn is_billed(billed: &Billed, charge: &Charge) -> bool {
    let lines = billed.iter().flatten().flat_map(|invoice| &invoice.lines);
    let mut of_charge = lines.filter(|due| due.line.charge == charge.id);
    of_charge.any(|due| !due.line.amount.amount.is_zero())
}

/// What differs on a listed invoice; none where it is equal.
fn compare(listed: &Value, approval: Option<&Approval>, billed: &Billed) -> Option<Miss> {
    let day = date(listed)?;
    let whole = listed["complete"].as_bool() != Some(false);
    let wanted = if whole {
        whole_wanted(listed)
    } else {
        lines_wanted(listed)
    };
    let found = match (billed, approval) {
        (Err(error), _) => vec![("cannot bill", error.clone())],
        (Ok(billed), Some(approval)) if !whole => lines_found(listed, day, approval, billed),
        (Ok(billed), _) => whole_found(listed, day, billed),
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
fn whole_found(listed: &Value, day: Date, billed: &[DraftInvoice]) -> Vec<Facet> {
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

fn of_day(day: Date, billed: &[DraftInvoice]) -> impl Iterator<Item = &DraftInvoice> {
    billed.iter().filter(move |draft| draft.invoice_date == day)
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

fn lines_found(listed: &Value, day: Date, approval: &Approval, billed: &[DraftInvoice]) -> Vec<Facet> {
    let mut items: Vec<&str> = list(&listed["lines"])
        .iter()
        .filter_map(|line| line["item"].as_str())
        .collect();
    items.sort_unstable();
    items.dedup();
    let facet = |item: &str| {
        let charge = approval.charge(item)?;
        let lines = of_day(day, billed).flat_map(|draft| &draft.lines);
        let of_charge = lines.filter(|due| due.line.charge == charge.id);
        let sum: Decimal = of_charge.map(|due| due.line.amount.amount).sum();
        Some(("line", format!("{item} {}", money(sum))))
    };
    items.into_iter().filter_map(facet).collect()
}
