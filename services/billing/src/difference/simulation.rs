//! Random contracts and amendments, random facts learned in random order, runs at random times that stop half way:
//! whatever happens, what was billed in the end is what one run with everything known would have billed.

mod dice;

use std::collections::BTreeMap;

use jiff::civil::{Date, date};
use pricing::period::Period;
use pricing::plan::Plan;
use rust_decimal::Decimal;

use super::*;
use crate::component::Component;
use crate::draft::{Run, draft};
use crate::expected::expected_over;
use crate::facts::Facts;
use crate::journal::on_issue;
use crate::sample::*;
use crate::schedule::plus_days;
use dice::{Dice, START, amendment, contract, everything, learn, shuffle};

const HISTORIES: u64 = 300;

/// What was issued so far.
#[derive(Default)]
struct Books {
    billed: Vec<BilledLine>,
    firsts: Vec<(String, Component, Option<Period>)>,
}

impl Books {
    /// Issues what is due; a run that stops half way leaves the rest to the next.
    fn run(&mut self, versions: &[&Plan], known: &Facts, through: Date, stops_after: usize) {
        let expected = expected_over(versions, known, through).unwrap();
        let due = difference(&expected, &self.billed).unwrap();
        let issued_through = self.billed.iter().map(|line| line.invoice_date).max();
        let run = Run {
            through,
            issued_through,
        };
        let drafts = draft(versions.last().unwrap(), due, run).unwrap();
        for (number, invoice) in drafts.iter().take(stops_after).enumerate() {
            on_issue(invoice).unwrap();
            let mut lines = billed(&invoice.lines, &format!("{through}-{number}"));
            lines
                .iter_mut()
                .for_each(|line| line.invoice_date = invoice.invoice_date);
            self.billed.extend(lines);
            invoice
                .lines
                .iter()
                .filter(|due| due.reason == DueReason::First)
                .for_each(|due| self.first(due));
        }
    }

    /// No part of a charge is billed twice for one day: a second line for it must be a correction of the first.
    fn first(&mut self, due: &DueLine) {
        let line = &due.line;
        let again = self.firsts.iter().find(|(charge, component, service)| {
            let same_days = match (service, line.service) {
                (Some(service), Some(other)) => service.overlap(other).is_some(),
                (service, other) => *service == other,
            };
            *charge == line.charge && *component == line.component && same_days
        });
        assert!(again.is_none(), "{again:?} is billed again as {line:?}");
        self.firsts
            .push((line.charge.clone(), line.component.clone(), line.service));
    }
}

fn sums(lines: impl Iterator<Item = (String, Component, Money)>) -> BTreeMap<(String, Component), Decimal> {
    let mut sums = BTreeMap::new();
    for (charge, component, amount) in lines {
        *sums.entry((charge, component)).or_insert(Decimal::ZERO) += amount.amount;
    }
    sums.retain(|_, sum| !sum.is_zero());
    sums
}

fn history(seed: u64) {
    let mut dice = Dice::seeded(seed);
    let first = contract(&mut dice);
    let second = dice.chance(40).then(|| amendment(&mut dice, &first));
    let versions: Vec<&Plan> = [Some(&first), second.as_ref()].into_iter().flatten().collect();
    let mut facts = everything(&mut dice);
    shuffle(&mut dice, &mut facts);
    let agreed_at = dice.place(facts.len());
    let (mut known, mut books, mut through) = (NONE, Books::default(), START);
    for (at, fact) in facts.iter().enumerate() {
        learn(&mut known, fact);
        if dice.chance(20) {
            learn(&mut known, &facts[dice.place(facts.len())]);
        }
        through = plus_days(through, dice.roll(14)).unwrap();
        let stops_after = if dice.chance(20) {
            dice.place(3)
        } else {
            usize::MAX
        };
        let agreed = if at < agreed_at { &versions[..1] } else { &versions };
        books.run(agreed, &known, through, stops_after);
    }
    let mut all = NONE;
    facts.iter().for_each(|fact| learn(&mut all, fact));
    let last = date(2026, 1, 1).max(through);
    books.run(&versions, &all, last, usize::MAX);
    let once = expected_over(&versions, &all, last).unwrap();
    assert_eq!(
        sums(
            books
                .billed
                .iter()
                .map(|line| (line.charge.clone(), line.component.clone(), line.amount))
        ),
        sums(
            once.iter()
                .map(|line| (line.charge.clone(), line.component.clone(), line.amount))
        ),
        "seed {seed}"
    );
    assert_eq!(difference(&once, &books.billed).unwrap(), [], "seed {seed}");
}

#[test]
fn every_history_ends_where_one_run_would_have() {
    for seed in 1..=HISTORIES {
        let outcome = std::panic::catch_unwind(|| history(seed));
        assert!(outcome.is_ok(), "the history of seed {seed} failed");
    }
}
