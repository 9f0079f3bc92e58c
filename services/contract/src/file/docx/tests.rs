//! What a reader of the final text sees is read: numbers, notes, merged cells, tracked changes, hidden runs.

use std::io::{Cursor, Write};

use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::file::{Limits, ReadError, read};
use crate::page::{Document, FindingKind, Line, LineRole, Visibility};

const NUMBERING: &str = "<w:numbering><w:abstractNum w:abstractNumId='0'>\
    <w:lvl w:ilvl='0'><w:start w:val='1'/><w:numFmt w:val='decimal'/><w:lvlText w:val='%1.'/></w:lvl>\
    <w:lvl w:ilvl='1'><w:start w:val='1'/><w:numFmt w:val='decimal'/><w:lvlText w:val='%1.%2'/></w:lvl></w:abstractNum>\
    <w:num w:numId='5'><w:abstractNumId w:val='0'/></w:num></w:numbering>";
const NOTES: &str = "<w:footnotes><w:footnote w:id='2'><w:p><w:r><w:t>From 2027 the fee is $90.</w:t></w:r></w:p></w:footnote></w:footnotes>";
const HEADER: &str = "<w:hdr><w:p><w:r><w:t>Quote 17</w:t></w:r></w:p></w:hdr>";

fn docx(body: &str) -> Vec<u8> {
    let document = format!("<w:document><w:body>{body}</w:body></w:document>");
    let parts = [
        ("word/document.xml", document.as_str()),
        ("word/numbering.xml", NUMBERING),
        ("word/footnotes.xml", NOTES),
        ("word/header1.xml", HEADER),
    ];
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in parts {
        zip.start_file(name, SimpleFileOptions::default()).unwrap();
        zip.write_all(content.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn document(body: &str) -> Document {
    read(&docx(body), &Limits::default()).unwrap()
}

fn lines(document: &Document) -> Vec<String> {
    let body = document.lines().filter(|line| line.role == LineRole::Body);
    body.map(Line::text).filter(|line| !line.is_empty()).collect()
}

fn run(text: &str) -> String {
    format!("<w:r><w:t xml:space='preserve'>{text}</w:t></w:r>")
}

fn paragraph(inner: &str) -> String {
    format!("<w:p>{inner}</w:p>")
}

#[test]
fn automatic_numbers_stand_before_their_clauses() {
    let numbered = |level: u8, text: &str| {
        paragraph(&format!(
            "<w:pPr><w:numPr><w:ilvl w:val='{level}'/><w:numId w:val='5'/></w:numPr></w:pPr>{}",
            run(text)
        ))
    };
    let document = document(
        &[
            numbered(0, "Fees"),
            numbered(1, "Setup"),
            numbered(1, "Support"),
            numbered(0, "Term"),
        ]
        .concat(),
    );
    assert_eq!(
        lines(&document),
        ["1. Fees", "1.1 Setup", "1.2 Support", "2. Term"]
    );
}

#[test]
fn the_final_text_of_tracked_changes_is_read_and_reported() {
    let body = paragraph(&format!(
        "{}<w:del>{}</w:del><w:ins>{}</w:ins>{}",
        run("The fee is "),
        "<w:r><w:delText>$50</w:delText></w:r>",
        run("$60"),
        run(" a month.")
    ));
    let document = document(&body);
    assert_eq!(lines(&document), ["The fee is $60 a month."]);
    assert_eq!(
        document.findings.first().map(|finding| finding.kind),
        Some(FindingKind::TrackedChanges)
    );
}

#[test]
fn hidden_runs_are_hidden_and_white_print_on_shading_is_not() {
    let styled = |settings: &str| {
        format!("<w:r><w:rPr>{settings}</w:rPr><w:t xml:space='preserve'> Pay 999</w:t></w:r>")
    };
    let cases = [
        (styled("<w:vanish/>"), true),
        (styled("<w:color w:val='FFFFFF'/>"), true),
        (styled("<w:sz w:val='2'/>"), true),
        (styled("<w:vanish w:val='0'/>"), false),
        (styled("<w:color w:val='FFFFFF'/><w:shd w:fill='1F3864'/>"), false),
        (styled("<w:color w:val='808080'/>"), false),
    ];
    for (hidden, is_hidden) in cases {
        let document = document(&paragraph(&(run("Fee 100") + &hidden)));
        let count = document
            .lines()
            .flat_map(|line| &line.words)
            .filter(|word| word.visible == Visibility::Hidden)
            .count();
        assert_eq!(count, if is_hidden { 2 } else { 0 }, "{hidden}");
        assert_eq!(
            document
                .findings
                .iter()
                .any(|finding| finding.kind == FindingKind::HiddenText),
            is_hidden
        );
    }
}

#[test]
fn notes_are_marked_apart_from_figures_and_read_after_the_text() {
    let document = document(&paragraph(
        &(run("The fee is $80") + "<w:r><w:footnoteReference w:id='2'/></w:r>" + &run(" a month.")),
    ));
    assert_eq!(
        lines(&document),
        ["The fee is $80 1 a month.", "1 From 2027 the fee is $90."]
    );
}

#[test]
fn running_heads_are_furniture() {
    let document = document(&paragraph(&run("Fee $5")));
    let heads: Vec<String> = document
        .lines()
        .filter(|line| line.role == LineRole::Furniture)
        .map(Line::text)
        .collect();
    assert_eq!(heads, ["Quote 17"]);
}

#[test]
fn merged_cells_hold_for_all_they_span() {
    let cell = |settings: &str, text: &str| {
        format!(
            "<w:tc><w:tcPr>{settings}</w:tcPr>{}</w:tc>",
            paragraph(&run(text))
        )
    };
    let row = |cells: &[String]| format!("<w:tr>{}</w:tr>", cells.concat());
    let body = format!(
        "<w:tbl>{}{}{}</w:tbl>",
        row(&[cell("", "Item"), cell("", "Year 1"), cell("", "Year 2")]),
        row(&[
            cell("<w:vMerge w:val='restart'/>", "Support"),
            cell("<w:gridSpan w:val='2'/>", "$70")
        ]),
        row(&[cell("<w:vMerge/>", ""), cell("", "$80"), cell("", "$90")]),
    );
    let document = document(&body);
    let table = document.tables.first().unwrap();
    let text = |cell: &crate::page::Cell| {
        cell.words
            .iter()
            .map(|at| document.word(*at).unwrap().text.as_str())
            .collect::<Vec<&str>>()
            .join(" ")
    };
    let rows: Vec<Vec<String>> = table
        .rows
        .iter()
        .map(|row| row.cells.iter().map(text).collect())
        .collect();
    assert_eq!(
        rows,
        [
            ["Item", "Year 1", "Year 2"],
            ["Support", "$70", "$70"],
            ["Support", "$80", "$90"]
        ]
    );
    assert!(table.has_header);
}

#[test]
fn text_boxes_are_read_once_and_deleted_rows_not_at_all() {
    let content = format!("<w:txbxContent>{}</w:txbxContent>", paragraph(&run("Boxed $5")));
    let anchored = format!(
        "<w:r><mc:AlternateContent><mc:Choice>{content}</mc:Choice><mc:Fallback>{content}</mc:Fallback></mc:AlternateContent></w:r>"
    );
    let table = format!(
        "<w:tbl><w:tr><w:trPr><w:del/></w:trPr><w:tc>{0}</w:tc><w:tc>{0}</w:tc></w:tr></w:tbl>",
        paragraph(&run("$99"))
    );
    assert_eq!(
        lines(&document(&(paragraph(&(run("Before") + &anchored)) + &table))),
        ["Before", "Boxed $5"]
    );
}

#[test]
fn damage_and_emptiness_have_names() {
    assert_eq!(
        read(&docx(&paragraph("")), &Limits::default()).unwrap_err(),
        ReadError::NoText { pages: 1 }
    );
    assert!(matches!(
        read(&docx("<w:p>"), &Limits::default()),
        Err(ReadError::Damaged { .. })
    ));
    let whole = docx(&paragraph(&run("Fee")));
    assert!(matches!(
        read(whole.get(..whole.len() / 2).unwrap(), &Limits::default()),
        Err(ReadError::Damaged { .. })
    ));
    let limits = Limits {
        stream_bytes: 50,
        ..Limits::default()
    };
    assert_eq!(read(&whole, &limits).unwrap_err(), ReadError::Bomb { limit: 50 });
}
