//! What a line rests on: words on a page of the contract, with a picture of them; a person; or what follows from others.

use std::collections::HashMap;
use std::sync::Arc;

use wire::extraction::v1::{Contract, GetContractRequest, GetPageRequest};
use wire::plan::v1::source::From as Rests;
use wire::plan::v1::{Clause, FieldSource, QuoteBox};

use crate::fault::Fault;
use crate::link;
use crate::money::account::plans;
use crate::visitor::Visitor;

/// One thing a line rests on, and for which of its terms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Ground {
    /// Terms, in words.
    pub(super) terms: String,
    pub(super) quote: String,
    /// Page and where to open it; empty where it is no page of a contract that is here.
    pub(super) page: String,
    pub(super) link: Option<String>,
    pub(super) picture: Option<Picture>,
    /// Who or what says so, where it is no page.
    pub(super) said: String,
}

/// A piece of a page, with the words marked. In hundredths of a point.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Picture {
    pub(super) address: String,
    pub(super) width: u32,
    pub(super) height: u32,
    /// What of the page is shown: from where, and how much.
    pub(super) top: i32,
    pub(super) shown: i32,
    pub(super) boxes: Vec<QuoteBox>,
}

/// Pictures one page shows; a line rests on few words.
const MOST_PICTURES: usize = 10;

pub(super) async fn grounds(
    visitor: &Visitor,
    account: &str,
    sources: &[FieldSource],
) -> Result<Vec<Ground>, Fault> {
    let together = together(sources);
    let clauses = together.iter().filter_map(|(_, from)| match from {
        Rests::Clause(clause) => Some(clause.document.as_str()),
        Rests::Person(_) | Rests::Derived(_) => None,
    });
    let contracts = contracts(visitor, account, clauses).await?;
    let mut pages = HashMap::new();
    let mut grounds = Vec::new();
    for (terms, from) in &together {
        let pictures = grounds
            .iter()
            .filter(|ground: &&Ground| ground.picture.is_some())
            .count();
        grounds.push(match from {
            Rests::Clause(clause) => {
                let contract = contracts
                    .get(&clause.document)
                    .map(|known| Place::of(clause, known));
                let pages = (pictures < MOST_PICTURES).then_some(&mut pages);
                of_clause(visitor, terms, clause, contract, pages).await?
            }
            Rests::Person(person) => said(terms, format!("{} said so: {}", person.name, person.reason)),
            Rests::Derived(derived) => said(terms, derived.how.clone()),
        });
    }
    Ok(grounds)
}

/// The same words may stand for several terms: they are shown once. Words come before what people and rules say.
fn together(sources: &[FieldSource]) -> Vec<(String, Rests)> {
    let mut found: Vec<(Vec<String>, Rests)> = Vec::new();
    for source in sources {
        let Some(from) = source.source.as_ref().and_then(|source| source.from.clone()) else {
            continue;
        };
        let term = in_words(&source.field);
        match found.iter_mut().find(|(_, known)| *known == from) {
            Some((terms, _)) if terms.contains(&term) => {}
            Some((terms, _)) => terms.push(term),
            None => found.push((vec![term], from)),
        }
    }
    found.sort_by_key(|(terms, from)| (!matches!(from, Rests::Clause(_)), weight(terms)));
    found
        .into_iter()
        .map(|(terms, from)| (terms.join(", "), from))
        .collect()
}

/// What makes the amount comes first, then how much there is of it, then the rest.
fn weight(terms: &[String]) -> usize {
    let about = |what: &str| terms.iter().any(|term| term.starts_with(what));
    let order = ["price", "quantity", WHOLE];
    order.iter().position(|what| about(what)).unwrap_or(order.len())
}

const WHOLE: &str = "the charge as a whole";

/// `price.unit_price` as a person reads it; the empty path is the whole charge.
fn in_words(field: &str) -> String {
    if field.is_empty() {
        return WHOLE.to_owned();
    }
    let mut words: Vec<String> = Vec::new();
    for part in field.split(['.', '/']) {
        // How a price is put together is no word of the contract's, and its rows are counted from one.
        match (part, part.parse::<usize>()) {
            ("" | "tiers" | "rows", _) => {}
            (_, Ok(row)) => words.push(format!("step {}", row.saturating_add(1))),
            (word, Err(_)) => words.push(word.replace('_', " ")),
        }
    }
    words.join(" · ")
}

fn said(terms: &str, said: String) -> Ground {
    Ground {
        terms: terms.to_owned(),
        quote: String::new(),
        page: String::new(),
        link: None,
        picture: None,
        said,
    }
}

/// The contracts of an account that hold these documents, by the documents' hashes.
async fn contracts(
    visitor: &Visitor,
    account: &str,
    documents: impl Iterator<Item = &str>,
) -> Result<HashMap<String, Arc<Contract>>, Fault> {
    let wanted: Vec<&str> = documents.collect();
    let mut found = HashMap::new();
    if wanted.is_empty() {
        return Ok(found);
    }
    let mut asked: Vec<String> = Vec::new();
    for registered in plans(visitor, account).await? {
        let id = registered.approval.unwrap_or_default().contract_id;
        let all_there = wanted.iter().all(|document| found.contains_key(*document));
        if all_there || asked.contains(&id) {
            continue;
        }
        asked.push(id.clone());
        let request = GetContractRequest {
            contract_id: id,
            revision: 0,
        };
        // A plan may come from a contract that is kept elsewhere: its words are still told.
        if let Ok(answer) = visitor.extraction().get_contract(request).await
            && let Some(contract) = answer.into_inner().contract
        {
            let contract = Arc::new(contract);
            let papers = contract.papers.iter().map(|paper| paper.sha256.clone());
            for document in papers.chain([contract.sha256.clone()]) {
                found.insert(document, Arc::clone(&contract));
            }
        }
    }
    Ok(found)
}

/// Where a clause is to be looked at: its contract counts pages through all its papers.
struct Place<'c> {
    contract: &'c Contract,
    id: String,
    /// The page, as the contract counts.
    page: u32,
    /// The same in words, as the paper counts.
    told: String,
}

impl<'c> Place<'c> {
    fn of(clause: &Clause, contract: &'c Contract) -> Self {
        let papers = contract.papers.as_slice();
        let paper = papers
            .iter()
            .find(|paper| papers.len() > 1 && paper.sha256 == clause.document);
        let before = paper.map_or(0, |paper| paper.first_page.saturating_sub(1));
        let name = paper.map_or_else(String::new, |paper| format!("{}, ", paper.name));
        Self {
            contract,
            id: contract.summary.clone().unwrap_or_default().contract_id,
            page: clause.page.saturating_add(before),
            told: format!("{name}page {}", clause.page),
        }
    }
}

async fn of_clause(
    visitor: &Visitor,
    terms: &str,
    clause: &Clause,
    place: Option<Place<'_>>,
    pages: Option<&mut Pages>,
) -> Result<Ground, Fault> {
    let mut ground = Ground {
        terms: terms.to_owned(),
        quote: clause.quote.clone(),
        page: format!("page {}", clause.page),
        link: None,
        picture: None,
        said: String::new(),
    };
    let Some(place) = place else {
        ground.page = format!("page {} of a document that is not kept here", clause.page);
        return Ok(ground);
    };
    ground.link = Some(link::with(
        &format!("/contracts/{}", link::segment(&place.id)),
        &[("page", &place.page.to_string())],
    ));
    if let Some(pages) = pages.filter(|_| !clause.boxes.is_empty()) {
        let size = size_of(visitor, &place.id, place.page, pages).await?;
        ground.picture = size.map(|size| picture(clause, &place, size));
    }
    ground.page = place.told;
    Ok(ground)
}

/// Width and height of pages that were looked at, by contract and number; none where a page cannot be drawn.
type Pages = HashMap<(String, u32), Option<(u32, u32)>>;

async fn size_of(
    visitor: &Visitor,
    id: &str,
    page: u32,
    pages: &mut Pages,
) -> Result<Option<(u32, u32)>, Fault> {
    let place = (id.to_owned(), page);
    if let Some(known) = pages.get(&place) {
        return Ok(*known);
    }
    let request = GetPageRequest {
        contract_id: id.to_owned(),
        page,
    };
    let sheet = visitor.extraction().get_page(request).await?.into_inner();
    let drawn = sheet.drawable && sheet.width > 0 && sheet.height > 0;
    let size = drawn.then_some((sheet.width, sheet.height));
    pages.insert(place, size);
    Ok(size)
}

/// The words with as much around them as one needs to find them.
fn picture(clause: &Clause, place: &Place<'_>, (width, height): (u32, u32)) -> Picture {
    const AROUND: i32 = 3_600;
    let page = i32::try_from(height).unwrap_or(i32::MAX);
    let top = clause.boxes.iter().map(|at| at.top).min().unwrap_or_default();
    let bottom = clause.boxes.iter().map(|at| at.bottom).max().unwrap_or(page);
    let from = top.saturating_sub(AROUND).clamp(0, page);
    let to = bottom.saturating_add(AROUND).clamp(from, page);
    let edition: String = place.contract.sha256.chars().take(12).collect();
    Picture {
        address: format!(
            "/contracts/{}/pages/{}/{edition}.png",
            link::segment(&place.id),
            place.page
        ),
        width,
        height,
        top: from,
        shown: to.saturating_sub(from).max(1),
        boxes: clause.boxes.clone(),
    }
}

#[cfg(test)]
mod tests {
    use wire::extraction::v1::Paper;
    use wire::plan::v1::{Derived, Source};

    use super::*;

    fn source(field: &str, from: Rests) -> FieldSource {
        FieldSource {
            field: field.to_owned(),
            source: Some(Source { from: Some(from) }),
        }
    }

    fn clause(quote: &str) -> Rests {
        Rests::Clause(Clause {
            document: "d".to_owned(),
            page: 1,
            quote: quote.to_owned(),
            boxes: Vec::new(),
        })
    }

    #[test]
    fn the_same_words_are_told_once_and_words_come_first() {
        let rule = Rests::Derived(Derived {
            how: "as usual".to_owned(),
        });
        let told = together(&[
            source("schedule", rule.clone()),
            source("price.unit_price", clause("$5 a seat")),
            source("", clause("$5 a seat")),
            source("price.unit_price", clause("$5 a seat")),
        ]);
        let terms: Vec<&str> = told.iter().map(|(terms, _)| terms.as_str()).collect();
        assert_eq!(terms, ["price · unit price, the charge as a whole", "schedule"]);
    }

    #[test]
    fn a_term_is_told_in_words_and_steps_are_counted_from_one() {
        for (field, words) in [
            ("", WHOLE),
            ("price.tiers.rows.0.unit_price", "price · step 1 · unit price"),
            ("/schedule/timing", "schedule · timing"),
        ] {
            assert_eq!(in_words(field), words);
        }
    }

    #[test]
    fn a_picture_shows_the_words_and_stays_on_its_page() {
        let at = |top, bottom| QuoteBox {
            left: 100,
            top,
            right: 200,
            bottom,
        };
        let of = |boxes| Clause {
            document: "d".to_owned(),
            page: 2,
            quote: String::new(),
            boxes,
        };
        let contract = Contract::default();
        for (boxes, top, shown) in [
            (vec![at(100, 1_000)], 0, 4_600),
            (vec![at(40_000, 41_000), at(42_000, 43_000)], 36_400, 10_200),
            (vec![at(78_000, 79_000)], 74_400, 4_800),
            (vec![at(-50, 900_000)], 0, 79_200),
        ] {
            let clause = of(boxes);
            let drawn = picture(&clause, &Place::of(&clause, &contract), (61_200, 79_200));
            assert_eq!((drawn.top, drawn.shown), (top, shown));
        }
    }
    #[test]
    fn a_clause_of_one_of_several_papers_is_shown_on_the_contracts_page() {
        let paper = |sha256: &str, name: &str, first_page, pages| Paper {
            sha256: sha256.to_owned(),
            name: name.to_owned(),
            first_page,
            pages,
        };
        let mut contract = Contract {
            papers: vec![paper("m", "msa.pdf", 1, 4), paper("d", "order.pdf", 5, 2)],
            ..Contract::default()
        };
        let clause = Clause {
            document: "d".to_owned(),
            page: 1,
            ..Clause::default()
        };
        let place = Place::of(&clause, &contract);
        assert_eq!((place.page, place.told.as_str()), (5, "order.pdf, page 1"));
        contract.papers.remove(0);
        let place = Place::of(&clause, &contract);
        assert_eq!((place.page, place.told.as_str()), (1, "page 1"));
    }
}
