//! Credits and wallets.

use billing::credits::{Fee, Grant, Refill, Reset, RolloverBounds, Use, Wallet, apply_wallets, burn_down};
use jiff::Span;
use jiff::civil::DateTime;
use pricing::money::Money;
use pricing::plan::{Cadence, CadenceUnit, Policy};
use pricing::price::{Measured, Price};
use pricing::rate::{Earlier, RateInput, RatedLine, rate};
use rust_decimal::Decimal;
use serde_json::{Map, Value};

use super::agreement::{cadence_named, flat_charge};
use super::case::{Answer, Case, Failure, Given, number, outputs, refused};

pub(crate) fn answer(case: &Case) -> Option<Answer> {
    let given = &case.given;
    match case.kind.as_str() {
        "grant_burndown" => Some(grant_burndown(case)),
        "wallet_application" => Some(wallet_application(given)),
        "wallet_topup" => Some(wallet_topup(given)),
        "account_credit" => Some(account_credit(given)),
        "paid_adjustment" => Some(paid_adjustment(given)),
        _ => None,
    }
}

fn grant_burndown(case: &Case) -> Answer {
    let given = &case.given;
    if case.is_to_be_refused()
        && given
            .list("grants")
            .iter()
            .any(|row| !row.has("starting_balance"))
    {
        return Err(refused("a grant without its opening balance"));
    }
    let (from, until) = (given.date_time("from")?, given.date_time("until")?);
    let grant = |row: &Given| grant(row, until);
    let grants: Vec<(Grant, Decimal)> = given.list("grants").iter().map(grant).collect::<Result<_, _>>()?;
    let used = |row: &Given| {
        Ok(Use {
            at: row.date_time("at")?,
            quantity: row.decimal("quantity")?,
        })
    };
    let uses: Vec<Use> = given
        .list("usage")
        .iter()
        .map(used)
        .collect::<Result<_, Failure>>()?;
    let keeps_overage = given.flag("preserve_overage");
    let reset = |at: Value| {
        Ok(Reset {
            at: moment(at)?,
            keeps_overage,
        })
    };
    let resets = given
        .value("resets")
        .as_array()
        .into_iter()
        .flatten()
        .cloned()
        .map(reset);
    let resets: Vec<Reset> = resets.collect::<Result<_, Failure>>()?;
    let end = burn_down(&grants, &uses, &resets, from, until).map_err(refused)?;
    let balances: Map<String, Value> = end
        .balances
        .into_iter()
        .map(|(id, balance)| (id, number(balance)))
        .collect();
    outputs([
        ("balances", Value::Object(balances)),
        ("overage", number(end.overage)),
    ])
}

fn grant(row: &Given, until: DateTime) -> Result<(Grant, Decimal), Failure> {
    let moment = |name: &str| row.has(name).then(|| row.date_time(name)).transpose();
    let starts = row.date_time("effective_at")?;
    let refills = if row.has("recurrence") {
        refills(&row.part("recurrence"), starts, until)?
    } else {
        Vec::new()
    };
    let bound = |name: &str| Ok(row.optional_decimal(name)?.unwrap_or_default());
    let priority = row.optional_decimal("priority")?.unwrap_or_default().to_string();
    let grant = Grant {
        id: row.text("id")?.to_owned(),
        amount: row.decimal("amount")?,
        priority: priority.parse().map_err(refused)?,
        starts,
        ends: moment("expires_at")?
            .into_iter()
            .chain(moment("voided_at")?)
            .min(),
        refills,
        refill: Refill::ToAmount,
        rollover: RolloverBounds {
            min: bound("rollover_min")?,
            max: bound("rollover_max")?,
        },
    };
    let opening = row.optional_decimal("starting_balance")?.unwrap_or(grant.amount);
    Ok((grant, opening))
}

/// The moments of a recurrence after the grant starts, counted from its anchor in both directions.
fn refills(given: &Given, starts: DateTime, until: DateTime) -> Result<Vec<DateTime>, Failure> {
    let anchor = given.date_time("anchor")?;
    let every: Span = match given.text("interval")?.parse() {
        Ok(span) => span,
        Err(_) => span_of(cadence_named(given.text("interval")?).ok_or_else(|| given.missing("interval"))?)?,
    };
    let at = |count: i64| -> Result<DateTime, Failure> {
        let span = every.checked_mul(count).map_err(refused)?;
        anchor.checked_add(span).map_err(refused)
    };
    if at(1)? <= anchor {
        return Err(refused("a recurrence of nothing never comes round"));
    }
    let mut first = 0;
    while at(first)? > starts {
        first -= 1;
    }
    let mut moments = Vec::new();
    for count in first.. {
        let moment = at(count)?;
        if moment > until {
            break;
        }
        if moment > starts {
            moments.push(moment);
        }
    }
    Ok(moments)
}

fn span_of(every: Cadence) -> Result<Span, Failure> {
    let count = i64::from(every.count);
    let span = match every.unit {
        CadenceUnit::Day => Span::new().try_days(count),
        CadenceUnit::Week => Span::new().try_weeks(count),
        CadenceUnit::Month => Span::new().try_months(count),
        CadenceUnit::Year => Span::new().try_years(count),
        CadenceUnit::HalfMonth => return Err(refused("grants do not come back twice a month")),
    };
    span.map_err(refused)
}

fn moment(at: Value) -> Result<DateTime, Failure> {
    Given::new(serde_json::json!({ "at": at })).date_time("at")
}

/// Tax is paid too.
fn wallet_application(given: &Given) -> Answer {
    let currency = given.currency()?;
    let mut rows = given.list("wallets");
    rows.sort_by_key(|row| row.date_time("created_at").ok());
    let wallet = |row: &Given| -> Result<Wallet, Failure> {
        Ok(Wallet {
            id: row.text("id")?.to_owned(),
            balance: Money::new(row.decimal("balance")?, currency),
            priority: row
                .optional_decimal("priority")?
                .unwrap_or_default()
                .to_string()
                .parse()
                .map_err(refused)?,
            pays: row.texts("allowed_fee_types"),
        })
    };
    let fee = |row: &Given| -> Result<Fee, Failure> {
        let with_tax = row
            .decimal("amount")?
            .checked_add(row.optional_decimal("tax")?.unwrap_or_default());
        let amount = Money::new(with_tax.ok_or_else(|| refused("too large"))?, currency);
        Ok(Fee {
            kind: row.text("type").unwrap_or_default().to_owned(),
            amount,
        })
    };
    let wallets = rows.iter().map(wallet).collect::<Result<Vec<_>, _>>()?;
    let fees = given
        .list("fees")
        .iter()
        .map(fee)
        .collect::<Result<Vec<_>, _>>()?;
    paid(wallets, &fees, Money::zero(currency))
}

fn paid(wallets: Vec<Wallet>, fees: &[Fee], zero: Money) -> Answer {
    let applied = apply_wallets(wallets, fees, zero).map_err(refused)?;
    let balances: Map<String, Value> = applied
        .wallets
        .iter()
        .map(|wallet| (wallet.id.clone(), number(wallet.balance.amount)))
        .collect();
    let left = applied
        .wallets
        .iter()
        .try_fold(zero, |sum, wallet| sum.plus(wallet.balance))
        .map_err(refused)?;
    outputs([
        ("applied", number(applied.paid.amount)),
        ("credit_applied", number(applied.paid.amount)),
        ("due", number(applied.due.amount)),
        ("amount_due", number(applied.due.amount)),
        ("balances", Value::Object(balances)),
        ("balance", number(left.amount)),
        ("remaining_credit", number(left.amount)),
        ("credit_left", number(left.amount)),
        ("credit_balance", number(left.amount)),
        ("credit_after", number(left.amount)),
        ("balance_after", number(left.amount)),
        ("credit_remaining", number(left.amount)),
        ("remaining_balance", number(left.amount)),
        ("credit_used", number(applied.paid.amount)),
        ("invoice_balance", number(applied.due.amount)),
        ("to_pay", number(applied.due.amount)),
        ("total_due", number(applied.due.amount)),
    ])
}

/// The credit of an account is a wallet that pays everything.
fn account_credit(given: &Given) -> Answer {
    let currency = given.currency()?;
    let money = |names: &[&str]| given.one_of(names).map(|amount| Money::new(amount, currency));
    let balance = money(&[
        "credit",
        "credit_balance",
        "account_credit",
        "credit_before",
        "balance",
    ])?;
    let amount = money(&[
        "invoice_total",
        "invoice",
        "total",
        "invoice_amount",
        "charges",
        "amount",
    ])?;
    let wallet = Wallet {
        id: "credit".to_owned(),
        balance,
        priority: 0,
        pays: Vec::new(),
    };
    paid(
        vec![wallet],
        &[Fee {
            kind: String::new(),
            amount,
        }],
        Money::zero(currency),
    )
}

/// Credits bought at a price for each, and some given with them.
fn wallet_topup(given: &Given) -> Answer {
    let bought = given.one_of(&["paid_credits", "credits", "credits_amount", "units", "quantity"])?;
    let unit_price = given.one_of(&[
        "rate",
        "rate_amount",
        "price_per_credit",
        "credit_price",
        "unit_price",
    ])?;
    let granted = given.optional_decimal("granted_credits")?.unwrap_or_default();
    let all = bought.checked_add(granted).ok_or_else(|| refused("too large"))?;
    let line = priced(given, bought, unit_price, None)?;
    let worth = priced(given, all, unit_price, None)?;
    let (amount, worth) = (number(line.amount.amount), number(worth.amount.amount));
    outputs([
        ("amount", amount.clone()),
        ("total", amount.clone()),
        ("price", amount.clone()),
        ("invoice_amount", amount.clone()),
        ("invoice_total", amount),
        ("credits", number(all)),
        ("credits_balance", number(all)),
        ("balance", worth),
    ])
}

/// What was billed before counts against what it should be now; what was paid for more than is left stays as credit.
fn paid_adjustment(given: &Given) -> Answer {
    let before = given.one_of(&[
        "paid",
        "paid_amount",
        "old_amount",
        "old_total",
        "original_amount",
        "billed",
    ])?;
    let corrected = [
        "new_amount",
        "new_total",
        "expected",
        "adjusted_amount",
        "corrected_amount",
        "amount",
    ];
    if given.first_of(&corrected).is_none() {
        return adjusted_down(given, before);
    }
    let earlier = Earlier {
        units: Decimal::ZERO,
        amount: before,
    };
    let line = priced(given, Decimal::ONE, given.one_of(&corrected)?, Some(earlier))?;
    outputs([
        ("amount", number(line.amount.amount)),
        ("adjustment", number(line.amount.amount)),
        ("net", number(line.amount.amount)),
        ("difference", number(line.amount.amount)),
    ])
}

fn adjusted_down(given: &Given, paid_before: Decimal) -> Answer {
    let currency = given.currency()?;
    let by = given
        .one_of(&["adjustment", "adjustment_amount", "credit"])?
        .abs();
    let total = given.one_of(&["invoice_total", "total", "invoice_amount", "invoice"])?;
    let left = total.checked_sub(by).ok_or_else(|| refused("too large"))?;
    let wallet = Wallet {
        id: "paid".to_owned(),
        balance: Money::new(paid_before, currency),
        priority: 0,
        pays: Vec::new(),
    };
    let fee = Fee {
        kind: String::new(),
        amount: Money::new(left, currency),
    };
    let mut found = paid(vec![wallet], &[fee], Money::zero(currency))?;
    let credit = found.get("credit_left").cloned().unwrap_or_default();
    for name in ["credit", "account_credit", "credit_generated", "cba"] {
        found.insert(name.to_owned(), credit.clone());
    }
    let due = found.get("due").cloned().unwrap_or_default();
    found.insert("balance".to_owned(), due);
    Ok(found)
}

fn priced(
    given: &Given,
    units: Decimal,
    unit_price: Decimal,
    earlier: Option<Earlier>,
) -> Result<RatedLine, Failure> {
    let mut charge = flat_charge("in_advance", Decimal::ZERO)?;
    charge.price = Price::PerUnit {
        unit_price,
        per: Decimal::ONE,
    };
    let (start, end) = (jiff::civil::date(2025, 1, 1), jiff::civil::date(2025, 2, 1));
    let month = pricing::period::Period::try_new(start, end).map_err(refused)?;
    let measured = Measured::Units(units);
    let input = RateInput::of_charge(&charge, given.currency()?, Policy::default(), month, measured);
    rate(&RateInput { earlier, ..input }).map_err(refused)
}
