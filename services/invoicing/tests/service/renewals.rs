//! Renewals: made by themselves when the notice window has closed, refused by notice, and billed with their uplift.

use serde_json::json;
use wire::invoicing::v1::renewal::Decision;
use wire::invoicing::v1::{
    DeclareEndingRequest, ListRenewalsRequest, NonRenewal, Renewal, WithdrawEndingRequest,
    declare_ending_request::Ending,
};

use super::automatic::{configure, issued, service, time};
use super::settlement::deeds;
use super::support::{Client, World, fee_plan, monthly_fee, plan, refusal, register, request_id};

async fn renewals(reader: &mut Client, account: &str) -> Vec<String> {
    let request = ListRenewalsRequest {
        account: account.to_owned(),
        ..ListRenewalsRequest::default()
    };
    let found = reader.list_renewals(request).await.unwrap().into_inner().renewals;
    let shown = |renewal: &Renewal| {
        let recorded = if renewal.recorded_at.is_some() {
            ", recorded"
        } else {
            ""
        };
        let decision = match renewal.decision() {
            Decision::Open => "open",
            Decision::Renewed => "renewed",
            Decision::Refused => "refused",
            Decision::Unspecified => "?",
        };
        format!(
            "{} {} to {}, notice by {}, +{} %: {decision}{recorded}",
            renewal.number, renewal.starts, renewal.ends, renewal.notice_by, renewal.uplift_percent
        )
    };
    found.iter().map(shown).collect()
}

fn notice(plan: &str, day: &str) -> DeclareEndingRequest {
    DeclareEndingRequest {
        request_id: request_id(),
        plan: plan.to_owned(),
        id: "notice".to_owned(),
        ending: Some(Ending::NonRenewal(NonRenewal {
            notice: day.to_owned(),
        })),
        reason: "letter of the customer".to_owned(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_renewal_makes_itself_when_its_window_closes_and_late_news_set_it_right() {
    let world = World::start().await;
    let mut admin = world.admin().await;
    let renewal = json!({ "kind": "automatic", "months": 12, "notice_days": 60, "uplift_percent": "5" });
    let terms = json!({ "charges": [monthly_fee("500.00")], "renewal": renewal });
    let hash = register(&mut admin, &plan("acme", &terms)).await;
    register(&mut admin, &fee_plan("ends")).await;
    configure(&mut admin, true, 0).await;
    let (service, hands) = service(&world, "2026-11-02T12:00:00Z");
    let mut reader = world.served_by(service.clone()).await;
    service.bill_what_is_due().await.unwrap();
    let first = "1 2027-01-01 to 2028-01-01, notice by 2026-11-02, +5 %";
    // On the last day notice can still be given.
    assert_eq!(renewals(&mut reader, "acme").await, [format!("{first}: open")]);
    assert_eq!(world.count("renewal").await, 0);
    hands.set(time("2026-11-03T00:00:00Z"));
    service.bill_what_is_due().await.unwrap();
    service.bill_what_is_due().await.unwrap();
    let next = "2 2028-01-01 to 2029-01-01, notice by 2027-11-02, +5 %";
    assert_eq!(
        renewals(&mut reader, "acme").await,
        [format!("{first}: renewed, recorded"), format!("{next}: open")]
    );
    assert_eq!(deeds(&world, &hash).await, ["plan.registered", "renewal.made"]);
    hands.set(time("2027-01-01T12:00:00Z"));
    service.bill_what_is_due().await.unwrap();
    let invoices = issued(&mut admin).await;
    assert!(
        invoices
            .last()
            .unwrap()
            .contains("2027-01-01 525.00: fee base 2027-01-01/2027-02-01 525.00"),
        "{invoices:?}"
    );
    // A letter turns up that was given in time: the term never began, and January comes back.
    admin.declare_ending(notice(&hash, "2026-10-30")).await.unwrap();
    hands.set(time("2027-01-02T12:00:00Z"));
    service.bill_what_is_due().await.unwrap();
    assert_eq!(
        renewals(&mut reader, "acme").await,
        [format!("{first}: refused, recorded")]
    );
    let invoices = issued(&mut admin).await;
    assert!(
        invoices
            .last()
            .unwrap()
            .starts_with("CN-000001 2027-01-02 -525.00"),
        "{invoices:?}"
    );
    // It was another customer's letter.
    let mistaken = WithdrawEndingRequest {
        request_id: request_id(),
        plan: hash.clone(),
        id: "notice".to_owned(),
        reason: "of another customer".to_owned(),
    };
    admin.withdraw_ending(mistaken).await.unwrap();
    hands.set(time("2027-01-03T12:00:00Z"));
    service.bill_what_is_due().await.unwrap();
    assert_eq!(renewals(&mut reader, "").await.len(), 2);
    assert_eq!(world.count("renewal").await, 3);
    let told = deeds(&world, &hash).await;
    assert_eq!(told.iter().filter(|deed| deed.starts_with("renewal.")).count(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_renew_has_no_renewals_and_late_notice_stops_the_next_one() {
    let world = World::start().await;
    let mut admin = world.admin().await;
    register(&mut admin, &fee_plan("ends")).await;
    let renewal = json!({ "kind": "automatic", "months": 6, "notice_days": 30 });
    let terms = json!({ "charges": [monthly_fee("500.00")], "renewal": renewal });
    let hash = register(&mut admin, &plan("acme", &terms)).await;
    configure(&mut admin, true, 0).await;
    admin.declare_ending(notice(&hash, "2026-12-03")).await.unwrap();
    let (service, _) = service(&world, "2027-02-01T12:00:00Z");
    service.bill_what_is_due().await.unwrap();
    let mut reader = world.served_by(service).await;
    assert!(renewals(&mut reader, "ends").await.is_empty());
    assert_eq!(
        renewals(&mut reader, "").await,
        [
            "1 2027-01-01 to 2027-07-01, notice by 2026-12-02, + %: renewed, recorded",
            "2 2027-07-01 to 2028-01-01, notice by 2027-06-01, + %: refused, recorded"
        ]
    );
}

/// The accounts of all open renewals with the last day of notice, page after page.
async fn open(reader: &mut Client, page_size: u32) -> Vec<String> {
    let mut request = ListRenewalsRequest {
        open: true,
        page_size,
        ..ListRenewalsRequest::default()
    };
    let mut found = Vec::new();
    loop {
        let page = reader.list_renewals(request.clone()).await.unwrap().into_inner();
        assert!(page.renewals.len() <= page_size as usize);
        let shown = |renewal: &Renewal| format!("{} {}", renewal.account, renewal.notice_by);
        found.extend(page.renewals.iter().map(shown));
        if page.next_page_token.is_empty() {
            return found;
        }
        request.page_token = page.next_page_token;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_notice_can_still_stop_is_listed_by_how_soon_whether_or_not_anything_bills_itself() {
    let world = World::start().await;
    let mut admin = world.admin().await;
    register(&mut admin, &fee_plan("ends")).await;
    let mut hashes = Vec::new();
    for (account, notice_days) in [("late", 10), ("soon", 90), ("middle", 60), ("twin", 60)] {
        let renewal = json!({ "kind": "automatic", "months": 12, "notice_days": notice_days });
        let terms = json!({ "charges": [monthly_fee("500.00")], "renewal": renewal });
        hashes.push(register(&mut admin, &plan(account, &terms)).await);
    }
    let (service, hands) = service(&world, "2026-06-01T12:00:00Z");
    let mut reader = world.served_by(service.clone()).await;
    let mut twins = [(&hashes[2], "middle 2026-11-02"), (&hashes[3], "twin 2026-11-02")];
    twins.sort_unstable();
    let twins = twins.map(|(_, shown)| shown);
    let expected = ["soon 2026-10-03", twins[0], twins[1], "late 2026-12-22"];
    for page_size in [1, 2, 3, 100] {
        assert_eq!(
            open(&mut reader, page_size).await,
            expected,
            "{page_size} at once"
        );
    }
    // Two windows have closed: those agreements are open again for the term after the next.
    hands.set(time("2026-11-03T12:00:00Z"));
    service.bill_what_is_due().await.unwrap();
    assert_eq!(
        world.count("renewal").await,
        0,
        "nothing is written down by itself"
    );
    let expected = [
        "late 2026-12-22".to_owned(),
        "soon 2027-10-03".to_owned(),
        twins[0].replace("2026", "2027"),
        twins[1].replace("2026", "2027"),
    ];
    assert_eq!(open(&mut reader, 2).await, expected);
    // Notice takes the term off the list, taken back it is there again.
    admin
        .declare_ending(notice(&hashes[0], "2026-11-03"))
        .await
        .unwrap();
    assert_eq!(open(&mut reader, 2).await, expected[1..]);
    let mistaken = WithdrawEndingRequest {
        request_id: request_id(),
        plan: hashes[0].clone(),
        id: "notice".to_owned(),
        reason: "of another customer".to_owned(),
    };
    admin.withdraw_ending(mistaken).await.unwrap();
    assert_eq!(open(&mut reader, 2).await.len(), 4);
    let strange = ListRenewalsRequest {
        open: true,
        page_token: "somewhere".to_owned(),
        ..ListRenewalsRequest::default()
    };
    let refused = reader.list_renewals(strange).await.unwrap_err();
    assert_eq!(refusal(&refused).2, ["page_token"]);
}
