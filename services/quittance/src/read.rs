//! `quittance read`: any contract of one's own, with no server and no database.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use contract::bundle;
use contract::draft::{self, Draft};
use contract::file::pack;
use contract::flag::{Flag, FlagState, Severity};
use contract::terms::{Evidence, TermRow, rows};
use extraction::model::Tokens;
use extraction::papers::{Paper, Papers};
use extraction::readers::{Readers, ReadersBroke};
use extraction::sandbox::{IntakeError, Progress, Tell, read_telling};
use extraction::settings::Settings;
use futures::{StreamExt as _, stream};
use runtime::settings::Environment;
use serde_json::{Value, json};

use crate::command::Read;
use crate::failure::Failure;
use crate::printing::{Output, progress, shortened, table};
use crate::processors;

/// What was read of a contract, by whom, and what a model took for it.
struct Told {
    draft: Draft,
    readers: String,
    tokens: Option<Tokens>,
}

/// Why a contract was not read: a stable code and a sentence.
struct Refusal {
    code: String,
    sentence: String,
}

pub(crate) async fn run(command: &Read, output: Output) -> Result<(), Failure> {
    let settings =
        Settings::read(&Environment::of_process()).map_err(|wrong| Failure::refused(wrong.to_string()))?;
    let readers = Readers::new(settings.model.clone()).map_err(|error| Failure::broken(error.to_string()))?;
    let contracts = contracts(command);
    let bar = progress(u64::try_from(contracts.len()).unwrap_or(u64::MAX), "reading");
    let tell = |Progress { done, pages }| {
        bar.set_message(format!("recognising scanned pages: {done} of {pages}"));
    };
    // As many at once as there are processors; told in the order in which they were named.
    let (settings, readers, tell) = (&settings, &readers, &tell);
    let mut readings = stream::iter(&contracts)
        .map(|contract| async move { (contract, read(contract, settings, readers, tell).await) })
        .buffered(processors());
    let (mut answers, mut refused) = (Vec::new(), Vec::new());
    while let Some((contract, read)) = readings.next().await {
        bar.set_message("reading");
        bar.inc(1);
        if let Err(Refusal { code, sentence }) = &read {
            refused.push(format!("{}: {sentence} ({code})", contract.name));
        }
        if output.json {
            answers.push(answer(contract, &read));
        } else if let Ok(told) = &read {
            bar.suspend(|| output.say(&people(contract, told)));
        }
    }
    drop(readings);
    bar.finish_and_clear();
    output.show_json(|| answers.into());
    if refused.is_empty() {
        Ok(())
    } else {
        Err(Failure::refused(refused.join("\n")))
    }
}

/// The files of one contract, and what it is called.
struct Asked<'c> {
    name: String,
    files: &'c [PathBuf],
}

/// Each file is a contract, or all together are one.
fn contracts(command: &Read) -> Vec<Asked<'_>> {
    let files = command.files.as_slice();
    let asked = |files| Asked {
        name: named(files),
        files,
    };
    match command.together {
        true => vec![asked(files)],
        false => files.chunks(1).map(asked).collect(),
    }
}

fn named(files: &[PathBuf]) -> String {
    let names = files.iter().map(|file| file.display().to_string());
    names.collect::<Vec<_>>().join(" + ")
}

/// The bytes of a contract: of several files one archive of them, as an upload of several makes it.
async fn bytes(asked: &Asked<'_>) -> Result<Vec<u8>, Refusal> {
    let mut papers = Vec::with_capacity(asked.files.len());
    for file in asked.files {
        let bytes = tokio::fs::read(file).await.map_err(|error| Refusal {
            code: String::from("no_such_file"),
            sentence: match asked.files {
                [_] => error.to_string(),
                _ => format!("{}: {error}", file.display()),
            },
        })?;
        papers.push((name(file), bytes));
    }
    match papers.pop() {
        Some((_, only)) if papers.is_empty() => Ok(only),
        last => {
            papers.extend(last);
            pack(&papers).map_err(|error| IntakeError::from(error).into())
        }
    }
}

impl From<IntakeError> for Refusal {
    fn from(error: IntakeError) -> Self {
        Self {
            code: error.code().to_owned(),
            sentence: error.to_string(),
        }
    }
}

impl From<ReadersBroke> for Refusal {
    fn from(error: ReadersBroke) -> Self {
        Self {
            code: String::from("readers_broke"),
            sentence: error.to_string(),
        }
    }
}

async fn read(
    asked: &Asked<'_>,
    settings: &Settings,
    readers: &Readers,
    tell: Tell<'_>,
) -> Result<Told, Refusal> {
    let bytes = bytes(asked).await?;
    let papers = Papers::among(read_telling(&bytes, &settings.reader, tell).await?)?;
    let papers = papers.called(&asked.files.first().map(|file| name(file)).unwrap_or_default());
    let unread = papers.flags();
    let mut drafts = Vec::with_capacity(papers.read.len());
    let (mut names, mut tokens) = (String::new(), None::<Tokens>);
    for Paper { name, document, .. } in papers.read {
        let document = Arc::new(document);
        let readings = readers.ask(&document).await?;
        if let Some(taken) = readings.tokens {
            let sum = tokens.get_or_insert_default();
            sum.input = sum.input.saturating_add(taken.input);
            sum.output = sum.output.saturating_add(taken.output);
        }
        // Of several papers, the readers of the one that most of them read.
        if readings.names.len() > names.len() {
            names.clone_from(&readings.names);
        }
        drafts.push(readings.draft(&document, name).await?);
    }
    let joined = bundle::join(drafts).ok_or(ReadersBroke)?;
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

fn people(asked: &Asked<'_>, told: &Told) -> String {
    let draft = &told.draft;
    let mut parts = vec![format!("\n━━ {} ━━", asked.name)];
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

fn answer(asked: &Asked<'_>, read: &Result<Told, Refusal>) -> Value {
    match read {
        Ok(Told {
            draft,
            readers,
            tokens,
        }) => json!({
            "file": asked.name,
            "terms": rows(&draft.terms).iter().map(term).collect::<Value>(),
            "flags": draft.flags.iter().map(flag_json).collect::<Value>(),
            "plan": draft.plan,
            "readers": readers,
            "tokens": tokens.map(|tokens| json!({ "input": tokens.input, "output": tokens.output })),
        }),
        Err(refusal) => json!({
            "file": asked.name,
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
