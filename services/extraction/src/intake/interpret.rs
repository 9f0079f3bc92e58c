//! Check, ground, interpret: what the readers say becomes terms with evidence, flags and a draft plan.

use std::sync::Arc;

use contract::draft::draft;
use contract::page::Document;

use super::ask::Readings;
use super::{Drafted, Intake, Stage, Trouble, thinking};
use crate::store::queue::Job;

impl Intake {
    pub(super) async fn interpret(
        &self,
        job: Job,
        document: &Arc<Document>,
        name: String,
        readings: Readings,
    ) -> Result<Drafted, Trouble> {
        self.tell(job, Stage::Interpreting).await?;
        let document = Arc::clone(document);
        let pages = u32::try_from(document.pages.len()).unwrap_or(u32::MAX);
        let Readings { rules, model, names } = readings;
        let draft = thinking(move || draft(&document, &name, rules, model)).await?;
        Ok(Drafted {
            draft,
            pages,
            readers: names,
        })
    }
}
