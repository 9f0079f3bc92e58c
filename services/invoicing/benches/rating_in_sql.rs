//! The same rating twice, in one run: by the engine, with the working of every line, and as one plain query with window
//! functions over the tiers in PostgreSQL, without any. Both must come to the same cents.
//!
//! `cargo bench -p invoicing --bench rating_in_sql` starts a cluster of its own and prints the ratio.
#![expect(clippy::print_stdout, reason = "a bench is there to print its figures")]

use std::error::Error;
use std::hint::black_box;
use std::time::{Duration, Instant};

use jiff::civil::date;
use pricing::period::Period;
use pricing::plan::Plan;
use pricing::price::{Measured, Price};
use pricing::rate::{RateInput, rate};
use runtime::testing::TestDatabase;
use rust_decimal::Decimal;
use serde_json::json;
use sqlx::migrate::Migrator;
use sqlx::{Connection, PgConnection};

/// Lines of one run: accounts with a quantity each.
const LINES: usize = 20_000;

/// Each way is run this often; the fastest counts, for both.
const RUNS: usize = 7;

/// Only a database with the tables of this bench is needed.
static NO_MIGRATIONS: Migrator = Migrator::DEFAULT;

const RATE: &str = "
    WITH spans AS (
        SELECT up_to, unit_price, coalesce(lag(up_to) OVER (ORDER BY number), 0) AS lower FROM tiers
    )
    SELECT line.number,
           round(sum((least(line.quantity, spans.up_to) - spans.lower) * spans.unit_price), 2) AS amount
    FROM lines line JOIN spans ON line.quantity > spans.lower
    GROUP BY line.number";

type Outcome<T> = Result<T, Box<dyn Error>>;

fn main() -> Outcome<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()?;
    runtime.block_on(compare())
}

async fn compare() -> Outcome<()> {
    let plan = plan()?;
    let quantities: Vec<Decimal> = (0..LINES).map(quantity).collect();
    let database = TestDatabase::fresh(&NO_MIGRATIONS).await?;
    let mut connection = PgConnection::connect_with(database.options()).await?;
    load(&mut connection, &plan, &quantities).await?;

    let by_engine = engine(&plan, &quantities)?;
    let by_query = query(&mut connection).await?;
    let differing = by_engine
        .iter()
        .zip(&by_query)
        .filter(|(ours, theirs)| ours != theirs);
    let differing = differing.count();
    if by_engine.len() != by_query.len() || differing > 0 {
        return Err(format!("{differing} of {LINES} amounts differ between the engine and the query").into());
    }

    let (engine, query) = (
        time_engine(&plan, &quantities)?,
        time_query(&mut connection).await?,
    );
    let total: Decimal = by_engine.iter().sum();
    println!("{LINES} graduated lines of three tiers, {total} in all, equal to the cent both ways");
    println!("engine, with working   {:>8} ns a line", per_line(engine));
    println!("query, in the server   {:>8} ns a line", per_line(query));
    println!(
        "ratio                  {:>8} times as fast as plain SQL",
        ratio(query, engine)
    );
    Ok(())
}

fn plan() -> Outcome<Plan> {
    Ok(serde_json::from_value(json!({
        "title": "Calls", "account": "acme", "provider": "North", "customer": "Acme", "currency": "USD",
        "time_zone": "UTC", "term": { "start": "2026-01-01" }, "renewal": { "kind": "not_stated" },
        "payment": { "due": { "rule": "net", "days": 30 } },
        "charges": [{
            "id": "calls", "name": "Calls", "quantity": { "kind": "metered", "meter": "calls" },
            "price": { "model": "graduated", "tiers": { "rows": [
                { "up_to": "1000", "unit_price": "0.10" }, { "up_to": "10000", "unit_price": "0.08" },
                { "unit_price": "0.0517" } ] } },
            "schedule": { "kind": "recurring", "every": { "count": 1, "unit": "month" }, "timing": "arrears" },
        }],
    }))?)
}

/// From nothing to 25,000 units, in thousandths, in an order that no cache can guess.
fn quantity(line: usize) -> Decimal {
    let spread = (line as u64).wrapping_mul(7_919_123_457) % 25_000_001;
    Decimal::new(i64::try_from(spread).unwrap_or_default(), 3)
}

async fn load(connection: &mut PgConnection, plan: &Plan, quantities: &[Decimal]) -> Outcome<()> {
    let create = "
        CREATE TABLE tiers (number int PRIMARY KEY, up_to numeric, unit_price numeric NOT NULL);
        CREATE TABLE lines (number bigint PRIMARY KEY, quantity numeric NOT NULL)";
    sqlx::raw_sql(create).execute(&mut *connection).await?;
    let Some(Price::Graduated { tiers }) = plan.charges.first().map(|charge| &charge.price) else {
        return Err("the plan has no graduated charge".into());
    };
    for (number, tier) in (1_i32..).zip(&tiers.rows) {
        sqlx::query("INSERT INTO tiers VALUES ($1, $2, $3)")
            .bind(number)
            .bind(tier.up_to)
            .bind(tier.unit_price)
            .execute(&mut *connection)
            .await?;
    }
    sqlx::query("INSERT INTO lines SELECT n - 1, quantity FROM unnest($1::numeric[]) WITH ORDINALITY AS u (quantity, n)")
        .bind(quantities)
        .execute(&mut *connection)
        .await?;
    sqlx::raw_sql("VACUUM ANALYZE lines")
        .execute(&mut *connection)
        .await?;
    Ok(())
}

fn engine(plan: &Plan, quantities: &[Decimal]) -> Outcome<Vec<Decimal>> {
    let month = Period::try_new(date(2026, 4, 1), date(2026, 5, 1))?;
    let charge = plan.charges.first().ok_or("the plan has no charge")?;
    let amount = |quantity: &Decimal| {
        let line = rate(black_box(&RateInput::new(
            plan,
            charge,
            month,
            Measured::Units(*quantity),
        )))?;
        Ok(black_box(line).amount.amount)
    };
    quantities.iter().map(amount).collect()
}

/// Amounts by line; a line of no units reaches no tier and costs nothing.
async fn query(connection: &mut PgConnection) -> Outcome<Vec<Decimal>> {
    let rows = format!(
        "SELECT coalesce(rated.amount, 0) FROM lines LEFT JOIN ({RATE}) rated USING (number) ORDER BY number"
    );
    Ok(sqlx::query_scalar(sqlx::AssertSqlSafe(rows))
        .fetch_all(connection)
        .await?)
}

fn time_engine(plan: &Plan, quantities: &[Decimal]) -> Outcome<Duration> {
    let mut best = Duration::MAX;
    for _ in 0..RUNS {
        let started = Instant::now();
        black_box(engine(plan, quantities)?);
        best = best.min(started.elapsed());
    }
    Ok(best)
}

/// One sum comes back, so that no time goes into carrying rows out of the server.
async fn time_query(connection: &mut PgConnection) -> Outcome<Duration> {
    let all = format!("SELECT sum(amount) FROM ({RATE}) rated");
    let mut best = Duration::MAX;
    for _ in 0..RUNS {
        let started = Instant::now();
        let total: Option<Decimal> = sqlx::query_scalar(sqlx::AssertSqlSafe(all.clone()))
            .fetch_one(&mut *connection)
            .await?;
        black_box(total);
        best = best.min(started.elapsed());
    }
    Ok(best)
}

/// Nanoseconds.
fn per_line(all: Duration) -> u128 {
    all.as_nanos() / LINES as u128
}

/// To one decimal.
fn ratio(slow: Duration, fast: Duration) -> Decimal {
    let tenths = slow.as_nanos() * 10 / fast.as_nanos().max(1);
    Decimal::new(i64::try_from(tenths).unwrap_or(i64::MAX), 1)
}
