//! The report for a browser: each miss beside the clause it is about. One file, no script, nothing loaded.

use std::fmt::Write as _;

use super::Measured;
use super::tally::{Miss, Tally};

const STYLE: &str = "body{font:15px/1.5 system-ui,sans-serif;max-width:75rem;margin:2rem auto;padding:0 1rem}\
    table{border-collapse:collapse;width:100%}td,th{border:1px solid #ccc;padding:.3rem .5rem;text-align:left;\
    vertical-align:top}.silent{background:#fde2e2}.hard{color:#a00;font-weight:bold}q{color:#555}";

/// The whole page.
pub(crate) fn page(measured: &[Measured], total: &Tally) -> String {
    let mut page = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Reading contracts</title><style>{STYLE}</style>\
         <h1>Reading contracts</h1>{}",
        figures(total)
    );
    for one in measured {
        page.push_str(&contract(one));
    }
    page.push_str("</html>\n");
    page
}

fn figures(tally: &Tally) -> String {
    let mut text = String::from("<p>");
    for (name, value) in tally.figures().as_object().into_iter().flatten() {
        let _ = write!(text, "{} <b>{value}</b> · ", escaped(&name.replace('_', " ")));
    }
    text.push_str("</p>");
    text
}

fn contract(measured: &Measured) -> String {
    let mut text = format!("<h2>{}</h2>{}", escaped(&measured.id), figures(&measured.tally));
    for sentence in measured.tally.hard.iter().chain(&measured.refusals) {
        let _ = write!(text, "<p class=\"hard\">{}</p>", escaped(sentence));
    }
    if !measured.tally.misses.is_empty() {
        text.push_str("<table><tr><th>what<th>known<th>read<th>flagged<th>clause</tr>");
        measured
            .tally
            .misses
            .iter()
            .for_each(|miss| text.push_str(&row(miss)));
        text.push_str("</table>");
    }
    text
}

fn row(miss: &Miss) -> String {
    let silent = miss.got.is_some() && !miss.flagged;
    let cell = |value: &Option<String>| value.as_deref().map_or_else(|| "–".to_owned(), escaped);
    let page = miss.page.map(|page| format!("p. {page} ")).unwrap_or_default();
    let quote = miss
        .quote
        .as_deref()
        .map(|quote| format!("<q>{}</q>", escaped(quote)));
    format!(
        "<tr{}><td>{}<td>{}<td>{}<td>{}<td>{page}{}</tr>",
        if silent { " class=\"silent\"" } else { "" },
        escaped(&miss.what),
        cell(&miss.golden),
        cell(&miss.got),
        if miss.flagged { "yes" } else { "no" },
        quote.unwrap_or_default()
    )
}

/// Contract text is a stranger's: it must stay text.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_contract_cannot_write_into_the_report() {
        let mut tally = Tally::default();
        tally.misses.push(Miss {
            what: "field customer".to_owned(),
            golden: None,
            got: Some("<script>alert(1)</script>".to_owned()),
            page: Some(2),
            flagged: false,
            quote: Some("\"<img>\"".to_owned()),
        });
        let measured = Measured {
            id: "a".to_owned(),
            tally: tally.clone(),
            refusals: Vec::new(),
        };
        let page = page(&[measured], &tally);
        assert!(
            page.contains("&lt;script&gt;") && page.contains("class=\"silent\""),
            "{page}"
        );
        assert!(!page.contains("<script") && !page.contains("<img"));
    }
}
