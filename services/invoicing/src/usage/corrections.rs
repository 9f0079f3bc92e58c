//! Which corrections take the place of what they name: it has to be there and to count still.

use std::collections::{HashMap, HashSet};

use sqlx::PgConnection;
use uuid::Uuid;

use super::Refusal;
use super::sorting::{Letter, Name};
use crate::store::usage::{self, Correction};

/// What becomes of the corrections among new events.
#[derive(Debug, Default)]
pub(super) struct Corrections<'d> {
    pub(super) taken: Vec<Correction<'d>>,
    pub(super) refused: HashMap<Name<'d>, Refusal>,
}

/// Looks at new events, in the order in which they came.
pub(super) async fn check<'d>(
    connection: &mut PgConnection,
    tenant: Uuid,
    mut new: Vec<&Letter<'d>>,
) -> Result<Corrections<'d>, sqlx::Error> {
    let mut corrections = Corrections::default();
    let wanted: Vec<Name<'d>> = new.iter().filter_map(|letter| letter.corrects()).collect();
    if wanted.is_empty() {
        return Ok(corrections);
    }
    let contents = usage::contents(connection, &wanted).await?;
    let stored = wanted
        .iter()
        .zip(contents)
        .filter(|(_, content)| content.is_some());
    let mut present: HashSet<Name<'d>> = stored.map(|(name, _)| *name).collect();
    let archived = usage::months::taken_off(connection, tenant, &wanted).await?;
    let withdrawn = usage::withdrawn(connection, tenant, &wanted).await?;
    let mut gone: HashMap<Name<'d>, Option<String>> = HashMap::new();
    for name in &wanted {
        if let Some(by) = withdrawn.get(&(name.0, name.1.to_owned())) {
            gone.insert(*name, by.clone());
        }
    }
    present.extend(
        new.iter()
            .filter(|letter| letter.corrects().is_none())
            .map(|letter| letter.name()),
    );
    new.sort_by_key(|letter| (letter.delivery, letter.sent.index));
    for letter in new {
        let Some(target) = letter.corrects() else { continue };
        let (source, id) = target;
        if !present.contains(&target) {
            let why = Refusal::CorrectsUnknown { id: id.to_owned() };
            corrections.refused.insert(letter.name(), why);
        } else if archived.contains(&target) {
            let why = Refusal::CorrectsArchived { id: id.to_owned() };
            corrections.refused.insert(letter.name(), why);
        } else if let Some(by) = gone.get(&target) {
            let why = Refusal::CorrectsWithdrawn {
                id: id.to_owned(),
                by: by.clone(),
            };
            corrections.refused.insert(letter.name(), why);
        } else {
            let (_, by) = letter.name();
            corrections.taken.push((source, id, by));
            gone.insert(target, Some(by.to_owned()));
            present.insert(letter.name());
        }
    }
    Ok(corrections)
}
