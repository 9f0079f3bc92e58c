use rust_decimal::Decimal;

use super::*;

/// 1,000.00 due on 31 January 2025, on which late fees are charged.
fn receivable(payments: &[(Date, &str)], closed: Option<Date>) -> Facts {
    let payment = |(on, amount): &(Date, &str)| Paid {
        on: *on,
        amount: dec(amount),
    };
    Facts {
        receivables: vec![Receivable {
            id: "invoice:INV-000001".to_owned(),
            invoice: "INV-000001".to_owned(),
            due: date(2025, 1, 31),
            amount: dec("1000"),
            payments: payments.iter().map(payment).collect(),
            closed,
        }],
        ..Facts::default()
    }
}

fn fees(late: LateFee, facts: &Facts, through: Date) -> Vec<String> {
    let mut terms = plan(date(2025, 1, 1), None, Vec::new());
    terms.payment.late = Some(late);
    let lines = expected(&terms, facts, through).unwrap();
    let shown = |line: &ExpectedLine| {
        assert_eq!(line.working.recompute().unwrap(), line.amount);
        assert_eq!(line.component.to_string(), "late-fee:INV-000001");
        let days = line.service.unwrap();
        assert_eq!(line.invoice_date, days.end());
        format!("{}/{} {}", days.start(), days.end(), line.amount.amount)
    };
    lines.iter().map(shown).collect()
}

const MONTHLY: LateFee = LateFee {
    percent: Decimal::from_parts(15, 0, 0, false, 1),
    per: LateFeePer::Month,
};
const YEARLY: LateFee = LateFee {
    percent: Decimal::from_parts(12, 0, 0, false, 0),
    per: LateFeePer::Year,
};

#[test]
fn each_month_overdue_costs_what_was_agreed_and_a_payment_ends_it_on_its_day() {
    let (feb, mar) = ("2025-01-31/2025-02-28", "2025-02-28/2025-03-31");
    for (late, payments, closed, through, expected) in [
        (MONTHLY, &[][..], None, date(2025, 2, 27), vec![]),
        (
            MONTHLY,
            &[],
            None,
            date(2025, 3, 31),
            vec![format!("{feb} 15.00"), format!("{mar} 15.00")],
        ),
        // 1,000 × 12 % × 28 / 365 and 31 / 365.
        (
            YEARLY,
            &[],
            None,
            date(2025, 3, 31),
            vec![format!("{feb} 9.21"), format!("{mar} 10.19")],
        ),
        // In time, to the day.
        (
            MONTHLY,
            &[(date(2025, 1, 31), "1000")],
            None,
            date(2025, 6, 1),
            vec![],
        ),
        // 1,000 × 1.5 % × 10 / 31.
        (
            MONTHLY,
            &[(date(2025, 3, 10), "1000")],
            None,
            date(2025, 6, 1),
            vec![format!("{feb} 15.00"), "2025-02-28/2025-03-10 4.84".to_owned()],
        ),
        // 1,000 × 1.5 % × 10 / 28, then 600 × 1.5 % × 18 / 28, then a month on 600.
        (
            MONTHLY,
            &[(date(2025, 2, 10), "400")],
            None,
            date(2025, 3, 31),
            vec![
                "2025-01-31/2025-02-10 5.36".to_owned(),
                "2025-02-10/2025-02-28 5.79".to_owned(),
                format!("{mar} 9.00"),
            ],
        ),
        // Written off after half of February.
        (
            MONTHLY,
            &[],
            Some(date(2025, 2, 14)),
            date(2025, 6, 1),
            vec!["2025-01-31/2025-02-14 7.50".to_owned()],
        ),
    ] {
        let found = fees(late, &receivable(payments, closed), through);
        assert_eq!(found, expected, "{late:?} {payments:?} {through}");
    }
}

#[test]
fn a_contract_without_late_fees_charges_none() {
    let terms = plan(date(2025, 1, 1), None, Vec::new());
    assert_eq!(
        expected(&terms, &receivable(&[], None), date(2025, 6, 1)),
        Ok(vec![])
    );
}
