//! A web page reads as a browser shows it.

use crate::file::{Limits, ReadError, read};
use crate::page::{Cell, Document, FindingKind, Line, Visibility};

fn document(body: &str) -> Document {
    read(
        format!("<!doctype html><html>{body}</html>").as_bytes(),
        &Limits::default(),
    )
    .unwrap()
}

fn lines(document: &Document) -> Vec<String> {
    document
        .lines()
        .map(Line::text)
        .filter(|line| !line.is_empty())
        .collect()
}

#[test]
fn blocks_are_lines_and_inline_elements_are_not() {
    let cases: [(&str, &[&str]); 9] = [
        (
            "<p>The <b>fee</b> is <i>$5</i>.</p><p>Net 30</p>",
            &["The fee is $5.", "Net 30"],
        ),
        ("<div>One<div>Two</div>Three</div>", &["One", "Two", "Three"]),
        ("<p>First<br>Second</p>", &["First", "Second"]),
        (
            "<ol start=3><li>Fees</li><li>Term</li></ol>",
            &["3. Fees", "4. Term"],
        ),
        ("<pre>a  b\nc</pre>", &["a b", "c"]),
        (
            "<p>$80<sup>1</sup> on the 1<sup>st</sup></p>",
            &["$80 1 on the 1st"],
        ),
        (
            "<div style='display:flex'><span>Start</span><span>1 May</span></div>",
            &["Start 1 May"],
        ),
        (
            "<p>Re<!-- hidden -->new</p><script>x</script><style>p{}</style>",
            &["Renew"],
        ),
        (
            "<dl><dt>Term</dt><dd>24 months</dd><dt>Fee</dt><dd>$5</dd></dl>",
            &["Term 24 months", "Fee $5"],
        ),
    ];
    for (body, wanted) in cases {
        assert_eq!(lines(&document(body)), wanted, "{body}");
    }
}

#[test]
fn hidden_text_is_hidden_whether_by_rule_attribute_or_inheritance() {
    let cases = [
        "<p style='display:none'>Pay 999</p>",
        "<p hidden>Pay 999</p>",
        "<style>.x{visibility:hidden}</style><p class=x>Pay 999</p>",
        "<style>#a span{color:#fff}</style><p id=a><span>Pay 999</span></p>",
        "<div style='font-size:1px'><p><b>Pay 999</b></p></div>",
        "<p><font color='white'>Pay 999</font></p>",
    ];
    for body in cases {
        let document = document(&format!("<p>Fee 100</p>{body}"));
        assert_eq!(lines(&document), ["Fee 100"], "{body}");
        let hidden = document
            .lines()
            .flat_map(|line| &line.words)
            .filter(|word| word.visible == Visibility::Hidden);
        assert_eq!(hidden.count(), 2, "{body}");
        assert_eq!(
            document.findings.first().map(|finding| finding.kind),
            Some(FindingKind::HiddenText)
        );
    }
}

#[test]
fn rules_for_print_do_not_hide_and_dark_ground_shows_white_print() {
    for body in [
        "<style>@media print{p{display:none}}</style><p>Fee 100</p>",
        "<style>th{background:#123;color:#fff}</style><table><tr><th>Fee</th><th>100</th></tr></table>",
    ] {
        assert_eq!(lines(&document(body)), ["Fee 100"], "{body}");
    }
}

#[test]
fn tables_keep_their_cells_and_layout_tables_do_not_pretend() {
    let document = document(
        "<table><tr><th>Item<th>Fee<th>Per<tr><td rowspan=2>Seat<td>$5<td>month<tr><td>$50<td>year</table>",
    );
    let text = |cell: &Cell| {
        cell.words
            .iter()
            .map(|at| document.word(*at).unwrap().text.as_str())
            .collect::<Vec<&str>>()
            .join(" ")
    };
    let table = document.tables.first().unwrap();
    let rows: Vec<Vec<String>> = table
        .rows
        .iter()
        .map(|row| row.cells.iter().map(text).collect())
        .collect();
    assert_eq!(
        rows,
        [
            ["Item", "Fee", "Per"],
            ["Seat", "$5", "month"],
            ["Seat", "$50", "year"]
        ]
    );
    assert!(table.has_header);
    let layout = self::document(
        "<table><tr><td><p>One</p><table><tr><td>Fee</td><td>$5</td></tr></table></td></tr></table>",
    );
    assert_eq!(
        (lines(&layout), layout.tables.len()),
        (vec![String::from("One"), String::from("Fee $5")], 1)
    );
}

#[test]
fn pages_made_to_exhaust_a_reader_are_answered() {
    let deep = |depth: usize| format!("<p>Fee</p>{}", "<div>".repeat(depth));
    let found = document(&deep(1_000)).findings;
    assert_eq!(
        found.first().map(|finding| finding.kind),
        Some(FindingKind::Damage)
    );
    let endless = format!("<html>{}{}</html>", "</x>".repeat(100_000), deep(100_000));
    assert!(matches!(
        read(endless.as_bytes(), &Limits::default()),
        Err(ReadError::Damaged { .. })
    ));
    let wide = format!("<html>{}</html>", "<b>".repeat(400_000));
    assert!(matches!(
        read(wide.as_bytes(), &Limits::default()),
        Err(ReadError::Bomb { .. })
    ));
    let spans = format!(
        "<html><table><tr><td colspan=1000000 rowspan=1000000>Fee<td>5</tr>{}</table></html>",
        "<tr><td>1<td>2</tr>".repeat(1000)
    );
    assert!(read(spans.as_bytes(), &Limits::default()).is_ok());
}
