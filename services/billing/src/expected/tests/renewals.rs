use super::*;
use crate::expected::renewals_over;

/// A year from January 2026, renewed for six months with thirty days' notice and 5 percent more.
fn renewing(at_most: Option<u32>) -> Plan {
    let fee = flat("fee", "100", months(1, Timing::Advance));
    let mut plan = plan(date(2026, 1, 1), Some(date(2027, 1, 1)), vec![fee]);
    plan.renewal = Renewal::Automatic {
        months: 6,
        notice_days: Some(30),
        uplift_percent: Some(dec("5")),
        at_most,
    };
    plan
}

fn shown(plan: &Plan, facts: &Facts, day: Date) -> Vec<String> {
    let renewal = |renewal: &TermRenewal| {
        format!(
            "{} {} to {}, notice by {}: {:?}",
            renewal.number, renewal.starts, renewal.ends, renewal.notice_by, renewal.decision
        )
    };
    let found = renewals_over(&[plan], facts, day).unwrap();
    found.iter().map(renewal).collect()
}

fn notice(day: Date) -> Facts {
    Facts {
        endings: vec![Ending {
            id: "ending:1".to_owned(),
            event: EndingEvent::NotRenewed { notice: day },
        }],
        ..Facts::default()
    }
}

#[test]
fn a_renewal_is_made_when_its_notice_window_has_closed() {
    let (plan, nothing) = (renewing(None), Facts::default());
    let first = "1 2027-01-01 to 2027-07-01, notice by 2026-12-02";
    assert_eq!(
        shown(&plan, &nothing, date(2026, 12, 2)),
        [format!("{first}: Open")]
    );
    assert_eq!(
        shown(&plan, &nothing, date(2026, 12, 3)),
        [
            format!("{first}: Renewed"),
            "2 2027-07-01 to 2028-01-01, notice by 2027-06-01: Open".to_owned()
        ]
    );
    assert_eq!(shown(&renewing(Some(1)), &nothing, date(2026, 12, 3)).len(), 1);
}

#[test]
fn notice_in_time_refuses_it_and_late_notice_the_one_after() {
    let plan = renewing(None);
    let refused = shown(&plan, &notice(date(2026, 12, 2)), date(2027, 5, 1));
    assert_eq!(
        refused,
        ["1 2027-01-01 to 2027-07-01, notice by 2026-12-02: Refused"]
    );
    let late = shown(&plan, &notice(date(2026, 12, 3)), date(2027, 5, 1));
    assert_eq!(
        late,
        [
            "1 2027-01-01 to 2027-07-01, notice by 2026-12-02: Renewed",
            "2 2027-07-01 to 2028-01-01, notice by 2027-06-01: Refused"
        ]
    );
}

#[test]
fn what_is_made_is_what_is_billed() {
    let (plan, nothing) = (renewing(None), Facts::default());
    let lines = expected(&plan, &nothing, date(2027, 7, 1)).unwrap();
    let of = |day: Date| {
        let line = lines.iter().find(|line| line.invoice_date == day);
        line.map(|line| line.amount.amount.normalize().to_string())
    };
    assert_eq!(of(date(2026, 12, 1)).as_deref(), Some("100"));
    assert_eq!(of(date(2027, 1, 1)).as_deref(), Some("105"));
    assert_eq!(of(date(2027, 7, 1)).as_deref(), Some("110.25"));
    let refused = expected(&plan, &notice(date(2026, 12, 2)), date(2027, 7, 1)).unwrap();
    assert!(refused.iter().all(|line| line.invoice_date < date(2027, 1, 1)));
}

#[test]
fn a_terminated_agreement_renews_no_more() {
    let facts = Facts {
        endings: vec![Ending {
            id: "ending:1".to_owned(),
            event: EndingEvent::Terminated {
                last_day: date(2026, 12, 31),
                refund_unused: false,
            },
        }],
        ..Facts::default()
    };
    assert!(shown(&renewing(None), &facts, date(2027, 5, 1)).is_empty());
}
