//! Two readings become one: values both agree on are verified, values they dispute are shown side by side.
//!
//! The rules' value always stands where they have one: what a model says can confirm it or put it in doubt, never
//! replace it. What only the model read enters with its evidence and waits for a person.

mod fields;
mod head;
mod items;
mod lists;
mod paths;

#[cfg(test)]
mod tests;

pub(crate) use fields::same_name;

use crate::flag::{Code, Flag};
use crate::reading::Reading;
use crate::terms::Terms;
use paths::Paths;

/// One reading of two. The rules' value stands where they have one; a dispute keeps both and is flagged.
#[must_use]
pub fn reconcile(rules: Reading, model: Option<Reading>) -> Reading {
    let Some(model) = model else { return rules };
    let Reading { mut terms, mut flags } = rules;
    let before = terms.clone();
    let mut meeting = Meeting::of(&model);
    head::meet(&mut meeting, &mut terms, &model.terms);
    items::meet(&mut meeting, &mut terms, &model.terms);
    lists::meet(&mut meeting, &mut terms, &model.terms);
    flags.extend(meeting.flags);
    flags.extend(meeting.paths.moved(model.flags, &before));
    Reading { terms, flags }
}

/// Two readings while they are compared.
struct Meeting {
    /// What they differ in.
    flags: Vec<Flag>,
    /// Where the model's lists went.
    paths: Paths,
    /// Paths in the model's terms whose words cannot verify anything: pictures and doubtful tables.
    weak: Vec<String>,
}

impl Meeting {
    fn of(model: &Reading) -> Self {
        let weak = model
            .flags
            .iter()
            .filter(|flag| matches!(flag.code, Code::RecognisedNumber | Code::DoubtfulTable));
        Self {
            flags: Vec::new(),
            paths: Paths::default(),
            weak: weak.filter_map(|flag| flag.path.clone()).collect(),
        }
    }

    /// Does a value of the model at that path rest on words that cannot verify it?
    fn is_weak(&self, path: &str) -> bool {
        let covers = |weak: &String| {
            path.strip_prefix(weak.as_str())
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        self.weak.iter().any(covers)
    }
}

/// The day on which both readings say nothing new: a line that runs with the term needs no dates of its own.
fn runs_with(terms: &Terms, day: Option<jiff::civil::Date>) -> bool {
    day.is_some()
        && (day == terms.term.start.value || day == terms.term.end.value || day == terms.effective_date.value)
}
