//! `quittance read`: any contract of one's own, with no server and no database.

use std::path::Path;
use std::sync::Arc;

use contract::bundle;
use contract::draft::{self, Draft};
use contract::flag::{Flag, FlagState, Severity};
use contract::terms::{Evidence, TermRow, rows};
use extraction::model::Tokens;
use extraction::papers::{Paper, Papers};
use extraction::readers::{Readers, ReadersBroke};
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
    let parts = read_telling(&bytes, &settings.reader, tell).await;
    let papers = parts.and_then(Papers::among);
    let papers = papers.map_err(|error| refusal(error.code(), error.to_string()))?;
    let papers = papers.called(&name(file));
    let unread = papers.flags();
    let broke = |error: ReadersBroke| refusal("readers_broke", error.to_string());
    let mut drafts = Vec::with_capacity(papers.read.len());
    let (mut names, mut tokens) = (String::new(), None::<Tokens>);
    for Paper { name, document, .. } in papers.read {
        let document = Arc::new(document);
        let readings = readers.ask(&document).await.map_err(broke)?;
        if let Some(taken) = readings.tokens {
            let sum = tokens.get_or_insert_default();
            sum.input = sum.input.saturating_add(taken.input);
            sum.output = sum.output.saturating_add(taken.output);
        }
        // Of several papers, the readers of the one that most of them read.
        if readings.names.len() > names.len() {
            names.clone_from(&readings.names);
        }
        drafts.push(readings.draft(&document, name).await.map_err(broke)?);
    }
    let joined = bundle::join(drafts).ok_or_else(|| broke(ReadersBroke))?;
    Ok(Told {
        draft: draft::flagged(joined, unread),
        readers: names,
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
            quotes(draft, &row.evidence),
        ]
    };
    let found: Vec<Vec<String>> = rows(&draft.terms).iter().map(row).collect();
    parts.push(table(
        &["term", "value", "status", "the words that say it"],
        &[],
        found,
    ));
    parts.extend(draft.flags.iter().map(|one| flag(draft, one)));
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

fn quotes(draft: &Draft, evidence: &[Evidence]) -> String {
    let one =
        |evidence: &Evidence| format!("{} “{}”", place(draft, evidence), shortened(evidence.quote(), 90));
    evidence.iter().map(one).collect::<Vec<_>>().join("\n")
}

/// The cell of a spreadsheet, the page of anything else; of several papers with the paper's name.
fn place(draft: &Draft, evidence: &Evidence) -> String {
    let page = || format!("p. {}", evidence.page());
    let place = evidence.cells().map_or_else(page, str::to_owned);
    let papers = draft.terms.documents.as_slice();
    let paper = papers
        .iter()
        .find(|paper| papers.len() > 1 && paper.sha256 == evidence.document());
    paper.map_or(place.clone(), |paper| format!("{} {place}", paper.name))
}

fn flag(draft: &Draft, flag: &Flag) -> String {
    let severity = match flag.severity {
        Severity::Block => "BLOCKS",
        Severity::Review => "review",
        Severity::Info => "info",
    };
    let page = flag
        .evidence
        .first()
        .map(|evidence| format!(" ({})", place(draft, evidence)))
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
