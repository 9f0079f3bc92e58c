//! `quittance demo`: the whole product in one process, told as a story.
//!
//! Every step goes over gRPC, as any other client's would: read the samples' contracts, let two people review and
//! approve them, report what happened, move through the year month by month, and show every invoice with its working.

mod check;
mod people;
mod story;
mod year;

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Instant;

use runtime::clock::{Clock, TestClock};
use runtime::server::bind;

use crate::command::Demo;
use crate::failure::Failure;
use crate::printing::Output;
use crate::serve::{Orders, Running};
use check::Verdict;
use people::People;
use story::{Expectation, Story};

/// Runs the demo, or checks the samples and ends.
pub(crate) async fn run(command: &Demo, output: Output) -> Result<(), Failure> {
    let began = Instant::now();
    let stories = Story::load_all(&command.samples)?;
    let talk = Output {
        json: output.json || command.check,
    };
    talk.say("Starting PostgreSQL and the services …");
    let (clock, hands) = Clock::test(year::before(&stories)?);
    let mut running = Running::start(Orders::anywhere(clock)).await?;
    let told = tell(&stories, &running, &hands, talk, began).await;
    let (verdicts, people) = match told {
        Ok(told) => told,
        Err(failure) => {
            running.stop().await;
            return Err(failure);
        }
    };
    let result = check::summary(&verdicts, began.elapsed(), output);
    if command.check || output.json {
        running.stop().await;
        return result;
    }
    open_console(&mut running, command, &people).await?;
    talk.say(&people::what_next(
        &running.with_key(people.admin),
        running.console,
    ));
    running.until_stopped().await.and(result)
}

/// Opens the pages on which the story's people can sign in. Where another program has the address, any free port will do.
async fn open_console(running: &mut Running, command: &Demo, people: &People) -> Result<(), Failure> {
    let anywhere = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let bound = match bind(command.console_address).await {
        Ok(bound) => bound,
        Err(_) => bind(anywhere)
            .await
            .map_err(|error| Failure::broken(error.to_string()))?,
    };
    running.open_console(bound, people.guests())
}

/// Tells every story; answers what became of each, and the people in whose name it was told.
async fn tell(
    stories: &[Story],
    running: &Running,
    hands: &TestClock,
    output: Output,
    began: Instant,
) -> Result<(Vec<Verdict>, People), Failure> {
    let mut people = People::meet(running).await?;
    let mut verdicts = Vec::new();
    let mut billed = Vec::new();
    for story in stories {
        output.say(&format!("\n━━ {} ━━", story.title));
        match people.review(story, output).await? {
            story::Outcome::HandedOver(plan) => billed.push((story, plan)),
            story::Outcome::StoppedBefore(verdict) => verdicts.push(verdict),
        }
    }
    year::live(&billed, &mut people, hands, output, began).await?;
    for (story, plan) in &billed {
        let invoices = people.invoices_of(&plan.account).await?;
        verdicts.push(check::compare(story, plan, &invoices));
    }
    verdicts.sort_by(|left, right| left.story.cmp(&right.story));
    Ok((verdicts, people))
}

/// Stories that end before billing still have something to show: the reason.
fn stopped_as_expected(story: &Story, found: &Expectation) -> Verdict {
    Verdict {
        story: story.name.clone(),
        invoices: 0,
        first: None,
        differences: story.expectation.differences(found),
        note: found.sentence(),
    }
}
