use jiff::civil::date;
use proptest::prelude::*;

use super::*;
use crate::component::Component;
use crate::line::{DueReason, ExpectedLine};

fn line(charge: &str, amount: &str) -> DueLine {
    let amount: Decimal = amount.parse().unwrap();
    let currency = "USD".parse().unwrap();
    let line = ExpectedLine {
        charge: charge.to_owned(),
        component: Component::Base,
        service: None,
        invoice_date: date(2026, 1, 1),
        description: charge.to_owned(),
        quantity: Some(Decimal::ONE),
        amount: Money::new(amount, currency),
        tax: None,
        working: Working {
            currency,
            steps: vec![Step::Amount {
                name: "price".to_owned(),
                amount,
            }],
        },
        facts: Vec::new(),
        sources: Vec::new(),
    };
    DueLine {
        line,
        reason: DueReason::First,
    }
}

fn payer(account: &str, pays: Pays) -> Payer {
    Payer {
        account: account.to_owned(),
        customer: account.to_uppercase(),
        pays,
    }
}

fn percent(account: &str, percent: &str) -> Payer {
    let percent = percent.parse().unwrap();
    payer(account, Pays::Percent { percent })
}

fn shown(lines: Vec<DueLine>, payers: &[Payer]) -> Vec<String> {
    let paid = divide(lines, payers, Remainder::LargestFraction).unwrap();
    let text = |paid: &Paid| {
        let by = paid.by.as_ref().map_or("itself", |payer| payer.account.as_str());
        let lines = paid
            .lines
            .iter()
            .map(|due| format!("{} {}", due.line.charge, due.line.amount.amount.normalize()));
        format!("{by}: {}", lines.collect::<Vec<_>>().join(", "))
    };
    paid.iter().map(text).collect()
}

#[test]
fn every_line_is_divided_by_percent_to_the_cent() {
    let payers = [percent("a", "60"), percent("b", "40")];
    assert_eq!(
        shown(vec![line("fee", "100.01"), line("seats", "-0.01")], &payers),
        ["a: fee 60.01, seats -0.01", "b: fee 40"]
    );
    let thirds = [
        percent("a", "33.34"),
        percent("b", "33.33"),
        percent("c", "33.33"),
    ];
    assert_eq!(
        shown(vec![line("fee", "100.00")], &thirds),
        ["a: fee 33.34", "b: fee 33.33", "c: fee 33.33"]
    );
}

#[test]
fn the_working_of_a_part_says_of_what_it_is_one() {
    let payers = [percent("a", "60"), percent("b", "40")];
    let paid = divide(vec![line("fee", "100.01")], &payers, Remainder::LargestFraction).unwrap();
    let part = &paid[1].lines[0].line;
    assert!(
        part.working.to_string().contains("40 % of 100.01"),
        "{}",
        part.working
    );
    assert_eq!(part.working.recompute().unwrap(), part.amount);
    assert_eq!((paid[0].further, paid[1].further), (false, true));
    // Who pays everything gets the lines as they are.
    let parent = divide(
        vec![line("fee", "100.01")],
        &[percent("p", "100")],
        Remainder::LargestFraction,
    );
    assert_eq!(parent.unwrap()[0].lines, [line("fee", "100.01")]);
}

#[test]
fn charges_go_to_whoever_is_named_for_them_and_the_rest_stays() {
    let charges = |ids: &[&str]| Pays::Charges {
        charges: ids.iter().map(|id| (*id).to_owned()).collect(),
    };
    let payers = [
        payer("a", charges(&["fee"])),
        payer("b", charges(&["seats", "calls"])),
    ];
    let lines = vec![
        line("calls", "3.00"),
        line("fee", "1.00"),
        line("setup", "4.00"),
        line("seats", "2.00"),
    ];
    assert_eq!(
        shown(lines, &payers),
        ["a: fee 1", "b: calls 3, seats 2", "itself: setup 4"]
    );
    assert_eq!(shown(vec![line("fee", "1.00")], &[]), ["itself: fee 1"]);
}

proptest! {
    #[test]
    fn the_parts_always_sum_to_the_whole(cents in -1_000_000_i64..1_000_000, shares in prop::collection::vec(1_u32..1000, 1..6)) {
        let sum: u32 = shares.iter().sum();
        // Percentages need not be whole; only their proportion counts here.
        let payers: Vec<Payer> = shares
            .iter()
            .enumerate()
            .map(|(at, share)| {
                let percent = Decimal::from(*share) * Decimal::ONE_HUNDRED / Decimal::from(sum);
                payer(&format!("p{at}"), Pays::Percent { percent })
            })
            .collect();
        let whole = Decimal::new(cents, 2);
        let lines = vec![line("fee", &whole.to_string())];
        let paid = divide(lines, &payers, Remainder::LargestFraction).unwrap();
        let total: Decimal = paid.iter().flat_map(|paid| &paid.lines).map(|due| due.line.amount.amount).sum();
        prop_assert_eq!(total, whole);
    }
}
