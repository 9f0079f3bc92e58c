//! The papers of a contract: which page is whose, and what the words beside a page say of where they stand.

use wire::extraction::v1::{Contract, Evidence, Paper};

use super::address;

/// A paper that can be opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Tab {
    pub(crate) name: String,
    pub(crate) link: String,
    /// Is it the one whose page is looked at?
    pub(crate) open: bool,
}

/// Words that a term rests on, or that a flag is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Quote {
    /// Page, and the paper where there are several.
    pub(crate) place: String,
    pub(crate) words: String,
    pub(crate) link: String,
}

/// More than these make a question no clearer.
const MOST_QUOTES: usize = 6;

/// The papers of a contract of several, with the term that is looked at kept; none of a contract of one.
pub(super) fn tabs(contract: &Contract, term: &str, page: u32) -> Vec<Tab> {
    let id = super::summary(contract).contract_id;
    let tab = |paper: &Paper| Tab {
        name: paper.name.clone(),
        link: address(&id, term, paper.first_page),
        open: holds(paper, page),
    };
    match contract.papers.as_slice() {
        [] | [_] => Vec::new(),
        papers => papers.iter().map(tab).collect(),
    }
}

/// Where a page is in its own paper: `order.pdf, page 2 of 3`; nothing where the contract has one paper.
pub(super) fn within(contract: &Contract, page: u32) -> String {
    let several = contract.papers.len() > 1;
    let paper = contract.papers.iter().find(|paper| several && holds(paper, page));
    paper.map_or_else(String::new, |paper| {
        let own = page.saturating_sub(paper.first_page).saturating_add(1);
        format!("{}, page {own} of {}", paper.name, paper.pages)
    })
}

fn holds(paper: &Paper, page: u32) -> bool {
    let end = paper.first_page.saturating_add(paper.pages);
    (paper.first_page..end).contains(&page)
}

/// Every passage once, each with the way to its page.
pub(super) fn quotes(contract: &str, about: &str, evidence: &[Evidence]) -> Vec<Quote> {
    let mut quotes: Vec<Quote> = Vec::new();
    for one in evidence {
        let quote = Quote {
            place: place(one),
            words: one.quote.clone(),
            link: address(contract, about, one.page),
        };
        if !quotes.contains(&quote) && quotes.len() < MOST_QUOTES {
            quotes.push(quote);
        }
    }
    quotes
}

fn place(evidence: &Evidence) -> String {
    match evidence.paper.as_str() {
        "" => format!("page {}", evidence.page),
        paper => format!("{paper}, page {}", evidence.paper_page),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contract(papers: &[(&str, u32)]) -> Contract {
        let mut next = 1;
        let mut paper = |(name, pages): &(&str, u32)| {
            let first_page = next;
            next += pages;
            Paper {
                name: (*name).to_owned(),
                first_page,
                pages: *pages,
                ..Paper::default()
            }
        };
        Contract {
            papers: papers.iter().map(&mut paper).collect(),
            ..Contract::default()
        }
    }

    #[test]
    fn a_page_is_told_as_its_own_paper_counts_it() {
        let two = contract(&[("msa.pdf", 4), ("order.pdf", 2)]);
        for (page, told) in [
            (1, "msa.pdf, page 1 of 4"),
            (4, "msa.pdf, page 4 of 4"),
            (5, "order.pdf, page 1 of 2"),
            (6, "order.pdf, page 2 of 2"),
            (7, ""),
        ] {
            assert_eq!(within(&two, page), told);
        }
        let open: Vec<bool> = tabs(&two, "/customer", 5).iter().map(|tab| tab.open).collect();
        assert_eq!(open, [false, true]);
        let one = contract(&[("order.pdf", 2)]);
        assert_eq!((within(&one, 1), tabs(&one, "", 1)), (String::new(), Vec::new()));
    }

    #[test]
    fn words_say_where_they_stand_and_are_told_once() {
        let words = |paper: &str, page, paper_page| Evidence {
            quote: "30 days".to_owned(),
            paper: paper.to_owned(),
            page,
            paper_page,
            ..Evidence::default()
        };
        let told = quotes(
            "c",
            "/payment/due",
            &[
                words("order.pdf", 5, 1),
                words("order.pdf", 5, 1),
                words("", 3, 3),
            ],
        );
        let places: Vec<&str> = told.iter().map(|quote| quote.place.as_str()).collect();
        assert_eq!(places, ["order.pdf, page 1", "page 3"]);
        assert!(told[0].link.ends_with("page=5"), "{}", told[0].link);
    }
}
