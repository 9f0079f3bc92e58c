//! `quittance read`: any contract of one's own, with no server and no database.

use std::path::Path;
use std::sync::Arc;

use contract::draft::Draft;
use contract::flag::{Flag, FlagState, Severity};
use contract::terms::{Evidence, TermRow, rows};
use extraction::model::Tokens;
use extraction::readers::Readers;
use extraction::sandbox::{Progress, Tell, read_telling};
use extraction::settings::Settings;
use runtime::settings::Environment;
use serde_json::{Value, json};

use crate::command::Read;
use crate::failure::Failure;
use crate::printing::{Output, progress, shortened, table};

/// What was read of a file, by whom, and what a model took for it.
struct Told {
    draft: Draft,
    readers: String,
    tokens: Option<Tokens>,
}

/// Why a file was not read: a stable code and a sentence.
struct Refusal {
    code: String,
    sentence: String,
}

pub(crate) async fn run(command: &Read, output: Output) -> Result<(), Failure> {
    let settings =
        Settings::read(&Environment::of_process()).map_err(|wrong| Failure::refused(wrong.to_string()))?;
    let readers = Readers::new(settings.model.clone()).map_err(|error| Failure::broken(error.to_string()))?;
    let bar = progress(u64::try_from(command.files.len()).unwrap_or(u64::MAX), "reading");
    let mut answers = Vec::new();
    let mut refused = Vec::new();
    for file in &command.files {
        let tell = |Progress { done, pages }| {
            bar.set_message(format!("recognising scanned pages: {done} of {pages}"));
        };
        let read = read(file, &settings, &readers, &tell).await;
        bar.set_message("reading");
        bar.inc(1);
        if let Err(refusal) = &read {
            refused.push(format!(
                "{}: {} ({})",
                file.display(),
                refusal.sentence,
                refusal.code
            ));
        }
        if output.json {
            answers.push(answer(file, &read));
        } else if let Ok(told) = &read {
            bar.suspend(|| output.say(&people(file, told)));
        }
    }
    bar.finish_and_clear();
    output.show_json(|| answers.into());
    if refused.is_empty() {
        Ok(())
    } else {
        Err(Failure::refused(refused.join("\n")))
    }
}

async fn read(file: &Path, settings: &Settings, readers: &Readers, tell: Tell<'_>) -> Result<Told, Refusal> {
    let refusal = |code: &str, sentence: String| Refusal {
        code: code.to_owned(),
        sentence,
    };
    let bytes = tokio::fs::read(file)
        .await
        .map_err(|error| refusal("no_such_file", error.to_string()))?;
    let document = read_telling(&bytes, &settings.reader, tell).await;
    let document = Arc::new(document.map_err(|error| refusal(error.code(), error.to_string()))?);
    let broke = |error: extraction::readers::ReadersBroke| refusal("readers_broke", error.to_string());
    let readings = readers.ask(&document).await.map_err(broke)?;
    let (readers, tokens) = (readings.names.clone(), readings.tokens);
    let draft = readings.draft(&document, name(file)).await.map_err(broke)?;
    Ok(Told {
        draft,
        readers,
        tokens,
    })
}

fn name(file: &Path) -> String {
    file.file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default()
}

fn people(file: &Path, told: &Told) -> String {
    let draft = &told.draft;
    let mut parts = vec![format!("\n━━ {} ━━", file.display())];
    let row = |row: &TermRow| {
        let status = row.status.clone();
        vec![
            row.label.clone(),
            shortened(&row.value, 60),
            status,
            quotes(&row.evidence),
        ]
    };
    let found: Vec<Vec<String>> = rows(&draft.terms).iter().map(row).collect();
    parts.push(table(
        &["term", "value", "status", "the words that say it"],
        &[],
        found,
    ));
    parts.extend(draft.flags.iter().map(flag));
    parts.push(match &draft.plan {
        Some(plan) if plan.charges.is_empty() => {
            "no charge can be billed before the flags are decided".to_owned()
        }
        Some(plan) => format!("draft plan: {} charges, ready for review", plan.charges.len()),
        None => "no draft plan before the blocking flags are decided".to_owned(),
    });
    if let Some(tokens) = told.tokens {
        parts.push(format!(
            "read by {}; {} tokens sent to the model, {} received",
            told.readers, tokens.input, tokens.output
        ));
    }
    parts.join("\n")
}

fn quotes(evidence: &[Evidence]) -> String {
    let one = |evidence: &Evidence| format!("{} “{}”", place(evidence), shortened(evidence.quote(), 90));
    evidence.iter().map(one).collect::<Vec<_>>().join("\n")
}

/// The cell of a spreadsheet, the page of anything else.
fn place(evidence: &Evidence) -> String {
    let page = || format!("p. {}", evidence.page());
    evidence.cells().map_or_else(page, str::to_owned)
}

fn flag(flag: &Flag) -> String {
    let severity = match flag.severity {
        Severity::Block => "BLOCKS",
        Severity::Review => "review",
        Severity::Info => "info",
    };
    let page = flag
        .evidence
        .first()
        .map(|evidence| format!(" ({})", place(evidence)))
        .unwrap_or_default();
    format!(
        "  ! {severity} {}{page}: {} {}",
        flag.id, flag.sentence, flag.what_to_do
    )
}

fn answer(file: &Path, read: &Result<Told, Refusal>) -> Value {
    match read {
        Ok(Told {
            draft,
            readers,
            tokens,
        }) => json!({
            "file": file.display().to_string(),
            "terms": rows(&draft.terms).iter().map(term).collect::<Value>(),
            "flags": draft.flags.iter().map(flag_json).collect::<Value>(),
            "plan": draft.plan,
            "readers": readers,
            "tokens": tokens.map(|tokens| json!({ "input": tokens.input, "output": tokens.output })),
        }),
        Err(refusal) => json!({
            "file": file.display().to_string(),
            "error": { "code": refusal.code, "sentence": refusal.sentence },
        }),
    }
}

fn term(row: &TermRow) -> Value {
    json!({
        "path": row.path, "label": row.label, "value": row.value, "printed": row.printed, "status": row.status,
        "evidence": row.evidence,
    })
}

fn flag_json(flag: &Flag) -> Value {
    json!({
        "id": flag.id, "code": flag.code, "severity": flag.severity, "sentence": flag.sentence,
        "what_to_do": flag.what_to_do, "path": flag.path, "evidence": flag.evidence,
        "open": flag.state == FlagState::Open,
    })
}
