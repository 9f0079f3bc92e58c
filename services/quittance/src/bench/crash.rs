//! `quittance bench crash`: billing while the service is killed at random moments.
//!
//! The service is a process of its own on a private PostgreSQL. It gets SIGKILL after random times, in the middle of
//! whatever it is doing, and is started again; the client sends the call that broke off again, as it was. Months are
//! billed until every kill was dealt. Then the same contracts of another tenant are billed with nobody disturbing, and
//! the books of both are compared.

pub(super) mod service;
mod verdict;

use std::time::{Duration, Instant};

use runtime::caller::Role;
use runtime::clock::Clock;
use runtime::settings::Environment;
use serde::Serialize;
use tempfile::TempDir;
use tokio::time::sleep;
use wire::invoicing::v1::RunBillingRequest;

use super::bill::month_end;
use super::population::record_all;
use crate::bill::whole_run;
use crate::command::BenchCrash;
use crate::connection::{Services, request_id};
use crate::failure::Failure;
use crate::printing::{Output, progress};
use crate::serve::{Orders, Running};
use service::Service;
use verdict::{Books, Verdict};

/// The last month that the population has usage for.
const MONTHS: u8 = 12;
/// Calls of one run: enough that a run gets on between two kills.
const CALLS: u32 = 8;
/// Times a call may break off before the machine is too slow for the kills to come at random moments of it.
const PATIENCE: u32 = 200;

/// What happened, and what is wrong with the books.
#[derive(Debug, Serialize)]
struct Report {
    contracts: u32,
    kills: u32,
    months: u8,
    /// Of the killing alone.
    seconds: f64,
    #[serde(flatten)]
    verdict: Verdict,
}

pub(super) async fn run(command: &BenchCrash, output: Output) -> Result<(), Failure> {
    let ground = Ground::prepare().await?;
    let report = rehearse(&ground, command).await;
    ground.running.stop().await;
    let report = report?;
    output.show(|| serde_json::json!(report), || people(&report));
    if !report.verdict.faults.is_empty() {
        return Err(Failure::refused(
            "the books differ from those of a run that nobody disturbed",
        ));
    }
    if report.kills < command.kills {
        return Err(Failure::refused(format!(
            "a year was billed after {} kills; rehearse more contracts or fewer kills",
            report.kills
        )));
    }
    Ok(())
}

/// The database, which outlives every service on it, and who asks.
pub(super) struct Ground {
    pub(super) running: Running,
    pub(super) home: TempDir,
    /// Keys of the tenant whose runs are disturbed, and of the other.
    pub(super) disturbed: String,
    undisturbed: String,
}

impl Ground {
    pub(super) async fn prepare() -> Result<Self, Failure> {
        let home = TempDir::new()?;
        let environment = Environment::of_process()
            .with("QUITTANCE_HOME", home.path().to_string_lossy())
            .with("QUITTANCE_KEYS", "")
            .with("DATABASE_URL", "");
        let orders = Orders {
            extraction: None,
            invoicing: None,
            console: None,
            clock: Clock::System,
            log: "error",
        };
        let running = Running::start_in(environment, orders).await?;
        let key = |name| running.issue(name, Role::Admin, uuid::Uuid::new_v4());
        Ok(Self {
            disturbed: key("disturbed")?,
            undisturbed: key("undisturbed")?,
            running,
            home,
        })
    }
}

async fn rehearse(ground: &Ground, command: &BenchCrash) -> Result<Report, Failure> {
    let mut service = Service::start(ground.home.path()).await?;
    let undisturbed = service.asked_with(&ground.undisturbed);
    record_all(&service.asked_with(&ground.disturbed), command.contracts, MONTHS).await?;
    record_all(&undisturbed, command.contracts, MONTHS).await?;
    let span = time_of_a_call(&undisturbed, command).await?;
    let mut killing = Killing::new(command, span);
    let began = Instant::now();
    let months = killing.until_dealt(&mut service, &ground.disturbed).await?;
    let seconds = began.elapsed().as_secs_f64();
    let undisturbed = service.asked_with(&ground.undisturbed);
    for month in 2..=months {
        whole_run(&mut undisturbed.invoicing().await?, request(command, month)?).await?;
    }
    let found = Books::read(&service.asked_with(&ground.disturbed)).await?;
    let expected = Books::read(&undisturbed).await?;
    service.kill().await?;
    Ok(Report {
        contracts: command.contracts,
        kills: killing.dealt,
        months,
        seconds,
        verdict: Verdict::of(&found, &expected),
    })
}

/// How long a call takes that nobody disturbs: the first month of the other tenant tells.
async fn time_of_a_call(undisturbed: &Services, command: &BenchCrash) -> Result<Duration, Failure> {
    let began = Instant::now();
    whole_run(&mut undisturbed.invoicing().await?, request(command, 1)?).await?;
    Ok(began.elapsed().checked_div(CALLS).unwrap_or_default())
}

fn request(command: &BenchCrash, month: u8) -> Result<RunBillingRequest, Failure> {
    Ok(RunBillingRequest {
        request_id: request_id(),
        through: month_end(month)?.to_string(),
        page_size: command.contracts.div_ceil(CALLS),
        ..RunBillingRequest::default()
    })
}

/// The kills: each strikes in the middle of a call.
struct Killing<'a> {
    command: &'a BenchCrash,
    dice: Dice,
    /// The longest time between two kills.
    longest: Duration,
    dealt: u32,
}

impl<'a> Killing<'a> {
    /// The next kill strikes at any moment of this call or the one after it.
    fn new(command: &'a BenchCrash, of_a_call: Duration) -> Self {
        Self {
            command,
            dice: Dice::seeded(command.seed),
            longest: of_a_call.saturating_mul(2),
            dealt: 0,
        }
    }

    /// Bills month after month until every kill was dealt and the month is complete; answers how many months.
    async fn until_dealt(&mut self, service: &mut Service, key: &str) -> Result<u8, Failure> {
        let bar = progress(self.command.kills.into(), "killing the service");
        let mut moment = self.next_moment();
        for month in 1..=MONTHS {
            let mut request = request(self.command, month)?;
            loop {
                let token = self.call(service, key, &request, &mut moment).await?;
                bar.set_position(self.dealt.into());
                if token.is_empty() {
                    break;
                }
                request.request_id = request_id();
                request.page_token = token;
            }
            if self.dealt >= self.command.kills {
                bar.finish_and_clear();
                return Ok(month);
            }
        }
        bar.finish_and_clear();
        Ok(MONTHS)
    }

    /// Sends one call until it is answered, however often the service is killed meanwhile; where the run goes on.
    async fn call(
        &mut self,
        service: &mut Service,
        key: &str,
        request: &RunBillingRequest,
        moment: &mut Instant,
    ) -> Result<String, Failure> {
        for _ in 0..PATIENCE {
            let mut client = service.asked_with(key).invoicing().await?;
            if self.dealt >= self.command.kills {
                return Ok(client
                    .run_billing(request.clone())
                    .await?
                    .into_inner()
                    .next_page_token);
            }
            let left = moment.saturating_duration_since(Instant::now());
            tokio::select! {
                answer = client.run_billing(request.clone()) => return Ok(answer?.into_inner().next_page_token),
                () = sleep(left) => {}
            }
            service.kill().await?;
            self.dealt = self.dealt.saturating_add(1);
            *service = service.restarted().await?;
            *moment = self.next_moment();
        }
        Err(Failure::broken(
            "a call was broken off too often to get anywhere; rehearse with more contracts or fewer kills",
        ))
    }

    fn next_moment(&mut self) -> Instant {
        let now = Instant::now();
        let longest = u64::try_from(self.longest.as_micros()).unwrap_or(u64::MAX).max(1);
        now.checked_add(Duration::from_micros(self.dice.roll(longest)))
            .unwrap_or(now)
    }
}

/// A small generator of numbers.
pub(super) struct Dice(u64);

impl Dice {
    pub(super) fn seeded(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    pub(super) fn roll(&mut self, below: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11).checked_rem(below).unwrap_or_default()
    }
}

fn people(report: &Report) -> String {
    let mut lines = vec![format!(
        "{} contracts billed over {} months in {:.1} s, the service killed {} times: {} invoices with {} lines",
        report.contracts,
        report.months,
        report.seconds,
        report.kills,
        report.verdict.invoices,
        report.verdict.lines
    )];
    if report.verdict.faults.is_empty() {
        lines.push("nothing is missing, nothing is there twice, and the books equal those of a run that nobody disturbed".to_owned());
    }
    lines.extend(report.verdict.faults.iter().cloned());
    lines.join("\n")
}
