//! Reading the documents of one contract, each in a process of its own, and how long that took.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use contract::draft::Draft;
use contract::file::BODY;
use contract::flag::{Flag, Severity};
use contract::page::Document;
use contract::terms::Evidence;
use extraction::model::Tokens;
use extraction::readers::Readers;
use extraction::sandbox::{ReaderSettings, read_all_in_child};

use crate::command::ReaderName;

/// What reading the documents of one contract gave.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    /// What its documents come to together; `None` where none could be read.
    pub(crate) draft: Option<Draft>,
    /// Named refusals, with the file they are about.
    pub(crate) refusals: Vec<String>,
    pub(crate) took: Duration,
    pub(crate) pages: usize,
    /// What the model took; `None` where none answered.
    pub(crate) tokens: Option<Tokens>,
}

/// Who reads, and what a reader may use.
pub(crate) struct Reading<'r> {
    pub(crate) readers: &'r Readers,
    pub(crate) sandbox: &'r ReaderSettings,
    pub(crate) by: ReaderName,
}

impl Reading<'_> {
    /// Reads every file. A file that cannot be read is a refusal, never the end.
    pub(crate) async fn of(&self, files: &[PathBuf]) -> Outcome {
        let mut outcome = Outcome::default();
        let start = Instant::now();
        let mut drafts = Vec::new();
        for file in files {
            self.file(file, &mut drafts, &mut outcome).await;
        }
        outcome.draft = contract::bundle::join(drafts);
        outcome.took = start.elapsed();
        outcome
    }

    async fn file(&self, file: &Path, drafts: &mut Vec<Draft>, outcome: &mut Outcome) {
        let name = file
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let read = match tokio::fs::read(file).await {
            Ok(bytes) => read_all_in_child(&bytes, self.sandbox)
                .await
                .map_err(|error| error.to_string()),
            Err(error) => Err(error.to_string()),
        };
        let parts = match read {
            Ok(parts) => parts,
            Err(refusal) => return outcome.refusals.push(format!("{name}: {refusal}")),
        };
        let alone = parts.len() == 1;
        for part in parts {
            let called = if alone && part.name == BODY {
                name.clone()
            } else {
                part.name
            };
            match part.read {
                Ok(document) => drafts.extend(self.document(called, Arc::new(document), outcome).await),
                Err(error) => outcome.refusals.push(format!("{called}: {error}")),
            }
        }
    }

    async fn document(&self, name: String, document: Arc<Document>, outcome: &mut Outcome) -> Option<Draft> {
        outcome.pages = outcome.pages.saturating_add(document.pages.len());
        let readings = match self.readers.ask(&document).await {
            Ok(readings) => readings,
            Err(broke) => {
                outcome.refusals.push(format!("{name}: {broke}"));
                return None;
            }
        };
        if let Some(tokens) = readings.tokens {
            let sum = outcome.tokens.get_or_insert_default();
            sum.input = sum.input.saturating_add(tokens.input);
            sum.output = sum.output.saturating_add(tokens.output);
        }
        let readings = if self.by == ReaderName::Model {
            readings.without_rules()
        } else {
            readings
        };
        let draft = readings.draft(&document, name.clone()).await;
        draft
            .map_err(|broke| outcome.refusals.push(format!("{name}: {broke}")))
            .ok()
    }
}

impl Outcome {
    pub(crate) fn flags(&self) -> impl Iterator<Item = &Flag> {
        self.draft.iter().flat_map(|draft| &draft.flags)
    }

    /// Was nothing found that could be charged?
    pub(crate) fn is_empty(&self) -> bool {
        self.draft
            .as_ref()
            .is_none_or(|draft| draft.terms.line_items.is_empty())
    }

    /// Was somebody told why there is nothing, or that it cannot bill?
    pub(crate) fn says_why(&self) -> bool {
        !self.refusals.is_empty() || self.flags().any(|flag| flag.severity == Severity::Block)
    }
}

/// The file that evidence stands in, by the name people know it by; an e-mail's own text is its `body`.
pub(crate) fn file_of<'d>(draft: &'d Draft, evidence: &Evidence) -> &'d str {
    let mut documents = draft.terms.documents.iter();
    documents
        .find(|document| document.sha256 == evidence.document())
        .map_or("", |document| document.name.as_str())
}
