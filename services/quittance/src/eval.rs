//! `quittance eval`: how well contracts are read whose terms are known, from their words to the cents of their invoices.
//!
//! The order of the steps: read every file in its own process → pair lines with golden items → compare values, fields,
//! evidence and flags → approve, feed the timeline, bill and compare the invoices → report. The headline is the silent error rate: values that are wrong and carry no flag.

mod baseline;
mod evidence;
mod fields;
mod golden;
mod hard;
mod html;
mod items;
mod pairing;
mod reading;
mod replay;
mod report;
mod score;
mod tally;
mod timeline;
mod values;

use std::path::Path;

use extraction::readers::Readers;
use extraction::settings::Settings;
use futures::{StreamExt as _, stream};
use runtime::settings::Environment;
use serde_json::Value;

use crate::command::{Eval, ReaderName};
use crate::failure::Failure;
use crate::printing::{Output, progress};
use crate::processors;
use golden::Golden;
use reading::Reading;
use score::{Sides, is_rightly_refused, score};
use tally::Tally;

/// One contract and what was counted of it.
#[derive(Debug)]
pub(crate) struct Measured {
    id: String,
    tally: Tally,
    refusals: Vec<String>,
}

pub(crate) async fn run(command: &Eval, output: Output) -> Result<(), Failure> {
    let goldens = Golden::all(&command.folder)
        .map_err(|error| Failure::refused(format!("{}: {error}", command.folder.display())))?;
    if goldens.is_empty() {
        let folder = command.folder.display();
        return Err(Failure::refused(format!(
            "{folder} holds no contract with known terms: put `NAME.golden.json` beside `NAME.pdf`"
        )));
    }
    let before = command.baseline.as_deref().map(stored).transpose()?;
    let measured = measure(command, goldens).await?;
    let total = Tally::total(measured.iter().map(|measured| &measured.tally));
    if let Some(file) = &command.html {
        std::fs::write(file, html::page(&measured, &total))?;
    }
    output.show(
        || report::json(&measured, &total),
        || report::people(&measured, &total),
    );
    hold(before.as_ref(), &report::json(&measured, &total))
}

/// A report that an earlier run printed with `--json`.
fn stored(file: &Path) -> Result<Value, Failure> {
    let unusable = |error: &dyn std::fmt::Display| Failure::refused(format!("{}: {error}", file.display()));
    let text = std::fs::read_to_string(file).map_err(|error| unusable(&error))?;
    serde_json::from_str(&text).map_err(|error| unusable(&error))
}

/// Refused where any figure is worse than before.
fn hold(before: Option<&Value>, now: &Value) -> Result<(), Failure> {
    let worse = before
        .map(|before| baseline::worse(before, now))
        .unwrap_or_default();
    if worse.is_empty() {
        Ok(())
    } else {
        Err(Failure::refused(format!(
            "worse than the baseline: {}",
            worse.join("; ")
        )))
    }
}

async fn measure(
    command: &Eval,
    goldens: Vec<(String, Result<Golden, String>)>,
) -> Result<Vec<Measured>, Failure> {
    let settings =
        Settings::read(&Environment::of_process()).map_err(|wrong| Failure::refused(wrong.to_string()))?;
    let readers = readers(command.reader, &settings)?;
    let reading = Reading {
        readers: &readers,
        sandbox: &settings.reader,
        by: command.reader,
    };
    let bar = progress(u64::try_from(goldens.len()).unwrap_or(u64::MAX), "measuring");
    let (reading, told) = (&reading, &bar);
    let measured = stream::iter(goldens)
        .map(|(id, golden)| async move {
            let measured = match golden {
                Ok(golden) => contract(&golden, reading).await,
                Err(why) => Measured::unusable(id, &why),
            };
            told.inc(1);
            measured
        })
        .buffered(processors())
        .collect()
        .await;
    bar.finish_and_clear();
    Ok(measured)
}

fn readers(by: ReaderName, settings: &Settings) -> Result<Readers, Failure> {
    let model = match by {
        ReaderName::Rules => None,
        ReaderName::Model | ReaderName::Both => Some(settings.model.clone().ok_or_else(|| {
            Failure::refused(
                "no model is set: set QUITTANCE_MODEL_URL and QUITTANCE_MODEL, or use --reader rules",
            )
        })?),
    };
    Readers::new(model).map_err(|error| Failure::broken(error.to_string()))
}

async fn contract(golden: &Golden, reading: &Reading<'_>) -> Measured {
    let outcome = reading.of(&golden.files).await;
    let sides = Sides::of(golden, &outcome);
    let mut tally = score(golden, &outcome, &sides);
    if !is_rightly_refused(golden, &outcome) {
        replay::replay(golden, &outcome, &sides, &mut tally);
    }
    Measured {
        id: golden.id.clone(),
        tally,
        refusals: outcome.refusals.clone(),
    }
}

impl Measured {
    /// A golden file that cannot be used measures nothing, and says so.
    fn unusable(id: String, why: &str) -> Self {
        Self {
            id,
            tally: Tally::default(),
            refusals: vec![format!("the golden file cannot be used: {why}")],
        }
    }
}
