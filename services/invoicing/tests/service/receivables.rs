//! What pages for finance ask: who owes what, how invoices are found, what was used on which day, what was reported.

use serde_json::json;
use wire::invoicing::v1::credit_movement::Kind;
use wire::invoicing::v1::{
    ChangeSeatsRequest, GetAgeingRequest, InvoiceKind, InvoiceOrder, ListAccountsRequest,
    ListCreditPoolsRequest, ListDailyUsageRequest, ListFactsRequest, ListInvoicesRequest,
    ReturnPaymentRequest, SeatChange, VoidInvoiceRequest, WriteOffInvoiceRequest,
};

use super::settlement::{begin, pay};
use super::support::{
    Client, World, bill, call_meter, calls, event, fee_plan, monthly_fee, plan, record, refusal, register,
    request_id,
};

/// Account: owed, overdue, invoices.
async fn owing(client: &mut Client, on: &str) -> Vec<String> {
    let request = ListAccountsRequest {
        on: on.to_owned(),
        ..ListAccountsRequest::default()
    };
    let answer = client.list_accounts(request).await.unwrap().into_inner();
    let told = answer.accounts.iter().map(|account| {
        let balances = account.balances.iter();
        let balances: Vec<String> = balances
            .map(|balance| {
                format!(
                    "{} {} ({} overdue) of {}",
                    balance.currency, balance.owed, balance.overdue, balance.invoices
                )
            })
            .collect();
        format!("{}: {}", account.customer, balances.join(", "))
    });
    told.collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_owed_follows_every_payment_return_voiding_and_write_off() {
    let world = World::start().await;
    let mut admin = begin(&world).await;
    assert_eq!(
        owing(&mut admin, "2026-02-01").await,
        ["ACME: USD 2400.00 (1200.00 overdue) of 2"]
    );
    pay(&mut admin, "INV-000001", "2026-01-20", "700.00").await;
    assert_eq!(
        owing(&mut admin, "2026-01-31").await,
        ["ACME: USD 1700.00 (0.00 overdue) of 2"]
    );
    // 1,200.00 less 2 % for paying within ten days settles it.
    pay(&mut admin, "INV-000002", "2026-02-02", "1176.00").await;
    assert_eq!(
        owing(&mut admin, "2026-03-01").await,
        ["ACME: USD 500.00 (500.00 overdue) of 1"]
    );
    let bounced = ReturnPaymentRequest {
        request_id: request_id(),
        id: "INV-000002 of 2026-02-02".to_owned(),
        date: "2026-02-05".to_owned(),
        reason: "bounced".to_owned(),
    };
    admin.return_payment(bounced).await.unwrap();
    assert_eq!(
        owing(&mut admin, "2026-03-01").await,
        ["ACME: USD 1700.00 (500.00 overdue) of 2"]
    );
    let void = VoidInvoiceRequest {
        request_id: request_id(),
        invoice: "INV-000002".to_owned(),
        date: "2026-02-06".to_owned(),
        reason: "wrong address".to_owned(),
    };
    admin.void_invoice(void).await.unwrap();
    let lost = WriteOffInvoiceRequest {
        request_id: request_id(),
        invoice: "INV-000001".to_owned(),
        date: "2026-02-07".to_owned(),
        reason: "insolvent".to_owned(),
    };
    admin.write_off_invoice(lost).await.unwrap();
    assert_eq!(owing(&mut admin, "2026-03-01").await, ["ACME: "]);
    let kept: Vec<String> =
        sqlx::query_scalar("SELECT invoice::text FROM invoice_owed WHERE owed > 0 ORDER BY 1")
            .fetch_all(&mut *world.tables().await)
            .await
            .unwrap();
    assert_eq!((kept.len(), world.count("receivable").await), (0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn ages_are_counted_from_the_day_after_an_invoice_was_due() {
    let world = World::start().await;
    let mut admin = world.admin().await;
    for account in ["acme", "bolt"] {
        register(&mut admin, &fee_plan(account)).await;
    }
    bill(&mut admin, "2026-04-01").await;
    // Due on 31 January, 3 March, 31 March and 1 May.
    let mut ages = Vec::new();
    for on in ["2026-01-31", "2026-02-01", "2026-05-01", "2026-05-02"] {
        let request = GetAgeingRequest { on: on.to_owned() };
        let buckets = admin.get_ageing(request).await.unwrap().into_inner().buckets;
        let told: Vec<_> = buckets
            .iter()
            .map(|bucket| format!("{}+ {} of {}", bucket.from_days, bucket.owed, bucket.invoices))
            .collect();
        ages.push(told.join(", "));
    }
    assert_eq!(
        ages,
        [
            "0+ 4000.00 of 8",
            "0+ 3000.00 of 6, 1+ 1000.00 of 2",
            "0+ 1000.00 of 2, 31+ 2000.00 of 4, 61+ 1000.00 of 2",
            "1+ 1000.00 of 2, 31+ 2000.00 of 4, 91+ 1000.00 of 2",
        ]
    );
}

async fn listed(client: &mut Client, request: ListInvoicesRequest) -> Vec<String> {
    let (mut found, mut token) = (Vec::new(), String::new());
    loop {
        let page = ListInvoicesRequest {
            page_token: token,
            page_size: 2,
            ..request.clone()
        };
        let answer = client.list_invoices(page).await.unwrap().into_inner();
        let each = answer.invoices.iter();
        found.extend(each.map(|invoice| format!("{} {}", invoice.account, invoice.invoice_date)));
        token = answer.next_page_token;
        if token.is_empty() {
            return found;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn invoices_are_found_by_customer_account_and_number_in_every_order() {
    let world = World::start().await;
    let mut admin = world.admin().await;
    register(&mut admin, &fee_plan("acme")).await;
    register(
        &mut admin,
        &plan(
            "bolt",
            &json!({ "customer": "Bolt & Söhne", "charges": [monthly_fee("9")] }),
        ),
    )
    .await;
    bill(&mut admin, "2026-02-01").await;
    let asked = |search: &str, order: InvoiceOrder| ListInvoicesRequest {
        search: search.to_owned(),
        order: order.into(),
        ..ListInvoicesRequest::default()
    };
    let (oldest, newest, due) = (
        InvoiceOrder::Unspecified,
        InvoiceOrder::NewestFirst,
        InvoiceOrder::ByDueDate,
    );
    let everything = [
        "acme 2026-01-01",
        "bolt 2026-01-01",
        "acme 2026-02-01",
        "bolt 2026-02-01",
    ];
    assert_eq!(listed(&mut admin, asked("", oldest)).await, everything);
    let mut backwards = everything;
    backwards.reverse();
    assert_eq!(listed(&mut admin, asked("", newest)).await, backwards);
    for (search, found) in [
        ("BOLT & Sö", vec!["bolt 2026-02-01", "bolt 2026-01-01"]),
        ("acm", vec!["acme 2026-02-01", "acme 2026-01-01"]),
        ("inv-000003", vec!["acme 2026-02-01"]),
        ("%", vec![]),
        ("'; --", vec![]),
    ] {
        assert_eq!(listed(&mut admin, asked(search, newest)).await, found, "{search}");
        let mut forwards = found.clone();
        forwards.reverse();
        assert_eq!(
            listed(&mut admin, asked(search, oldest)).await,
            forwards,
            "{search}"
        );
        let mut owed = listed(&mut admin, asked(search, due)).await;
        owed.reverse();
        assert_eq!(owed, found, "{search} by due date");
    }
    pay(&mut admin, "INV-000001", "2026-01-20", "500.00").await;
    let overdue = ListInvoicesRequest {
        due_before: "2026-02-01".to_owned(),
        ..asked("", due)
    };
    assert_eq!(listed(&mut admin, overdue).await, ["bolt 2026-01-01"]);
    let notes = ListInvoicesRequest {
        kind: InvoiceKind::CreditNote.into(),
        ..asked("", newest)
    };
    assert_eq!(listed(&mut admin, notes).await, [""; 0]);
    let mixed = ListInvoicesRequest {
        due_before: "2026-02-01".to_owned(),
        ..asked("", newest)
    };
    let refused = admin.list_invoices(mixed).await.unwrap_err();
    assert_eq!(refusal(&refused).2, ["due_before"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn accounts_are_searched_and_paged_by_customer() {
    let world = World::start().await;
    let mut admin = world.admin().await;
    for (account, customer) in [
        ("a-3", "Ash"),
        ("a-1", "Birch"),
        ("a-2", "Ash"),
        ("b-1", "Cedar <b>"),
    ] {
        register(
            &mut admin,
            &plan(
                account,
                &json!({ "customer": customer, "charges": [monthly_fee("1")] }),
            ),
        )
        .await;
    }
    let mut paged = Vec::new();
    let mut token = String::new();
    loop {
        let request = ListAccountsRequest {
            page_size: 1,
            page_token: token,
            ..ListAccountsRequest::default()
        };
        let answer = admin.list_accounts(request).await.unwrap().into_inner();
        paged.extend(answer.accounts.into_iter().map(|account| account.id));
        token = answer.next_page_token;
        if token.is_empty() {
            break;
        }
    }
    assert_eq!(paged, ["a-2", "a-3", "a-1", "b-1"]);
    for (search, account, found) in [
        ("ash", "", 2),
        ("A-1", "", 1),
        ("", "b-1", 1),
        ("<B>", "", 1),
        ("zz", "", 0),
    ] {
        let request = ListAccountsRequest {
            search: search.to_owned(),
            account: account.to_owned(),
            ..ListAccountsRequest::default()
        };
        let answer = admin.list_accounts(request).await.unwrap().into_inner();
        assert_eq!(answer.accounts.len(), found, "{search} {account}");
    }
    let strangers = world
        .stranger()
        .await
        .list_accounts(ListAccountsRequest::default())
        .await;
    assert_eq!(strangers.unwrap().into_inner().accounts, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn usage_is_told_by_the_days_of_the_zone_asked_for() {
    let world = World::start().await;
    let mut admin = world.admin().await;
    register(&mut admin, &super::support::usage_plan("acme")).await;
    let mut late = event("acme", "c", "2026-01-05T23:30:00Z", "4");
    late.dimensions.insert("region".to_owned(), "eu".to_owned());
    let events = vec![
        event("acme", "a", "2026-01-05T10:00:00Z", "1"),
        event("acme", "b", "2026-01-05T10:30:00Z", "2"),
        late,
    ];
    record(&mut admin, events).await;
    let asked = |zone: &str, dimension: &str, until: &str| ListDailyUsageRequest {
        account: "acme".to_owned(),
        meter: "call".to_owned(),
        from: "2026-01-01".to_owned(),
        until: until.to_owned(),
        time_zone: zone.to_owned(),
        dimension: dimension.to_owned(),
    };
    for (zone, dimension, told) in [
        ("", "", vec!["2026-01-05 7"]),
        ("Europe/Berlin", "", vec!["2026-01-05 3", "2026-01-06 4"]),
        ("UTC", "region", vec!["2026-01-05 3 4"]),
    ] {
        let days = admin.list_daily_usage(asked(zone, dimension, "2026-02-01")).await;
        let days: Vec<String> = days
            .unwrap()
            .into_inner()
            .days
            .iter()
            .map(|day| {
                let sums: Vec<&str> = day.quantities.iter().map(|used| used.sum.as_str()).collect();
                format!("{} {}", day.date, sums.join(" "))
            })
            .collect();
        assert_eq!(days, told, "{zone} {dimension}");
    }
    for (zone, until, field) in [
        ("Mars", "2026-02-01", "time_zone"),
        ("", "2025-01-01", "until"),
        ("", "2028-01-01", "until"),
    ] {
        let refused = admin.list_daily_usage(asked(zone, "", until)).await.unwrap_err();
        assert_eq!(refusal(&refused).2, [field]);
    }
    let mut unknown = asked("", "", "2026-02-01");
    unknown.meter = "kall".to_owned();
    let refused = admin.list_daily_usage(unknown).await.unwrap_err();
    assert_eq!(refusal(&refused).1.as_deref(), Some("UNKNOWN_METER"));
}

#[tokio::test(flavor = "multi_thread")]
async fn seats_are_told_as_they_count_and_pools_with_every_movement() {
    let world = World::start().await;
    let mut admin = world.admin().await;
    let terms = json!({
        "charges": [
            monthly_fee("1200"),
            calls("0.10"),
            {
                "id": "seat", "name": "Seats",
                "schedule": { "kind": "recurring", "every": { "count": 1, "unit": "month" }, "timing": "advance" },
                "quantity": { "kind": "seats", "initial": "10" },
                "price": { "model": "per_unit", "unit_price": "5", "per": "1" },
            },
        ],
        "meters": [call_meter()],
        "pools": [{ "id": "credits", "name": "Credits", "unit": { "in": "money" }, "grant": "50", "pays": ["calls"] }],
    });
    let hash = register(&mut admin, &plan("acme", &terms)).await;
    for (id, date, quantity) in [
        ("b", "2026-03-01", "12"),
        ("c", "2026-02-01", "11"),
        ("d", "2026-03-01", "14"),
    ] {
        let request = ChangeSeatsRequest {
            request_id: request_id(),
            plan: hash.clone(),
            change: Some(SeatChange {
                id: id.to_owned(),
                charge: "seat".to_owned(),
                date: date.to_owned(),
                quantity: quantity.to_owned(),
            }),
            reason: "grew".to_owned(),
        };
        admin.change_seats(request).await.unwrap();
    }
    let facts = admin
        .list_facts(ListFactsRequest { plan: hash.clone() })
        .await
        .unwrap()
        .into_inner();
    let seats: Vec<_> = facts
        .seats
        .iter()
        .map(|seat| (seat.date.as_str(), seat.quantity.as_str()))
        .collect();
    assert_eq!(seats, [("2026-02-01", "11"), ("2026-03-01", "14")]);
    record(
        &mut admin,
        vec![event("acme", "a", "2026-01-05T10:00:00Z", "120")],
    )
    .await;
    let request = ListCreditPoolsRequest {
        plan: hash,
        through: "2026-01-31".to_owned(),
    };
    let pools = admin.list_credit_pools(request).await.unwrap().into_inner().pools;
    let moved: Vec<_> = pools[0]
        .movements
        .iter()
        .map(|moved| (moved.kind(), moved.amount.as_str(), moved.balance.as_str()))
        .collect();
    assert_eq!(moved, [(Kind::Granted, "50", "50"), (Kind::Drawn, "-12", "38")]);
    assert_eq!(
        (pools[0].pool.as_str(), pools[0].balance.as_str()),
        ("credits", "38")
    );
    let unknown = ListFactsRequest {
        plan: "none".to_owned(),
    };
    assert_eq!(
        refusal(&admin.list_facts(unknown).await.unwrap_err())
            .1
            .as_deref(),
        Some("UNKNOWN_PLAN")
    );
}
