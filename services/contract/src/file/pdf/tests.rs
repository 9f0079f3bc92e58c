//! What a page shows is what is read: hidden text, order, words, boxes, tables and furniture on pages printed here.

pub(in crate::file) mod press;
mod scans;

use lopdf::{Dictionary, Object, Stream, dictionary};

use super::super::{Limits, read};
use crate::page::{Document, Finding, FindingKind, LineRole, Visibility};
use press::{Press, one_page, text};

fn document(bytes: &[u8]) -> Document {
    read(bytes, &Limits::default()).unwrap()
}

fn lines(document: &Document) -> Vec<String> {
    document
        .lines()
        .map(crate::page::Line::text)
        .filter(|line| !line.is_empty())
        .collect()
}

fn hidden(document: &Document) -> Vec<String> {
    let words = document.lines().flat_map(|line| &line.words);
    words
        .filter(|word| word.visible == Visibility::Hidden)
        .map(|word| word.text.clone())
        .collect()
}

fn finding(document: &Document, kind: FindingKind) -> Option<&Finding> {
    document.findings.iter().find(|finding| finding.kind == kind)
}

#[test]
fn text_that_a_person_cannot_see_is_hidden_and_reported() {
    let shown = text(72, 700, 10, "Fee 100");
    let cases = [
        (
            "inkless",
            format!("BT 3 Tr /F1 10 Tf 72 600 Td (Pay 999) Tj ET 0 Tr {shown}"),
        ),
        (
            "white on paper",
            format!("1 g {} 0 g {shown}", text(72, 600, 10, "Pay 999")),
        ),
        (
            "nearly white",
            format!("0.96 g {} 0 g {shown}", text(72, 600, 10, "Pay 999")),
        ),
        ("tiny", format!("{}{shown}", text(72, 600, 1, "Pay 999"))),
        (
            "off the page",
            format!("{}{shown}", text(700, 600, 10, "Pay 999")),
        ),
        (
            "covered",
            format!(
                "{} 1 g 60 590 200 30 re f 0 g {shown}",
                text(72, 600, 10, "Pay 999")
            ),
        ),
        (
            "black on black",
            format!("0 g 60 590 200 30 re f {}{shown}", text(72, 600, 10, "Pay 999")),
        ),
        (
            "clipped away",
            format!("q 0 0 10 10 re W n {} Q {shown}", text(72, 600, 10, "Pay 999")),
        ),
    ];
    for (how, content) in cases {
        let document = document(&one_page(&content));
        assert_eq!(hidden(&document), ["Pay", "999"], "{how}");
        assert_eq!(lines(&document), ["Fee 100"], "{how}");
        let detail = &finding(&document, FindingKind::HiddenText).unwrap().detail;
        assert!(detail.contains('2'), "{how}: {detail}");
    }
}

#[test]
fn text_in_unusual_but_visible_print_is_read() {
    let cases = [
        ("grey", format!("0.6 g {}", text(72, 600, 10, "Pay 999"))),
        (
            "white on dark",
            format!(
                "0 0 0.4 rg 60 590 200 30 re f 1 g {}",
                text(72, 600, 10, "Pay 999")
            ),
        ),
        ("footnote size", text(72, 600, 5, "Pay 999")),
        (
            "over a picture of colour",
            format!(
                "0.9 1 0.9 rg 0 0 612 792 re f 0 g {}",
                text(72, 600, 10, "Pay 999")
            ),
        ),
        ("outlined", format!("2 Tr {}", text(72, 600, 10, "Pay 999"))),
        (
            "drawn twice for bold",
            format!(
                "{}{}",
                text(72, 600, 10, "Pay 999"),
                "BT /F1 10 Tf 1 0 0 1 72.3 600 Tm (Pay 999) Tj ET"
            ),
        ),
        (
            "beside a frame drawn later",
            format!("{} 60 590 200 30 re S", text(72, 600, 10, "Pay 999")),
        ),
    ];
    for (how, content) in cases {
        let document = document(&one_page(&content));
        assert_eq!(lines(&document), ["Pay 999"], "{how}");
        assert_eq!(document.findings, [], "{how}");
    }
}

#[test]
fn a_hidden_figure_over_a_shown_one_does_not_mix_with_it() {
    let content = format!(
        "{} 1 g {} 0 g",
        text(72, 600, 10, "Fee 100.00"),
        text(72, 600, 10, "Fee 900.00")
    );
    let document = document(&one_page(&content));
    assert_eq!(lines(&document), ["Fee 100.00"]);
    assert!(hidden(&document).iter().any(|word| word.contains('9')));
}

#[test]
fn boxes_stand_where_the_words_stand_whatever_the_rotation() {
    for (rotate, left, top) in [(0, 7200, 8420), (90, 69780, 7200), (180, 0, 0), (270, 0, 0)] {
        let bytes = Press::new()
            .page(&text(72, 700, 10, "Fee"), dictionary! { "Rotate" => rotate })
            .bytes();
        let document = document(&bytes);
        let page = document.pages.first().unwrap();
        let word = page.lines.first().unwrap().words.first().unwrap();
        assert_eq!(word.text, "Fee");
        assert!(
            word.at.left >= 0 && word.at.right <= page.width && word.at.bottom <= page.height,
            "{rotate}: {:?}",
            word.at
        );
        if rotate < 180 {
            assert!(
                word.at.left.abs_diff(left) < 100 && word.at.top.abs_diff(top) < 100,
                "{rotate}: {:?}",
                word.at
            );
        }
    }
}

#[test]
fn words_are_parted_by_gaps_and_joined_over_kerning() {
    let cases = [
        (
            "BT /F1 10 Tf 72 600 Td [(Ser) 10 (vi) -20 (ces)] TJ ET",
            "Services",
        ),
        ("BT /F1 10 Tf 72 600 Td [(Net) -300 (30)] TJ ET", "Net 30"),
        (
            "BT /F1 10 Tf 72 600 Td (1) Tj 5 Ts /F1 6 Tf (st) Tj 0 Ts /F1 10 Tf ( day) Tj ET",
            "1st day",
        ),
        (
            "BT /F1 10 Tf 72 600 Td ($1,000) Tj 5 Ts /F1 6 Tf (2) Tj 0 Ts /F1 10 Tf ( fee) Tj ET",
            "$1,000 2 fee",
        ),
        ("BT /F1 10 Tf 2 Tc 72 600 Td (ORDER) Tj ET", "ORDER"),
        ("BT /F1 10 Tf 72 600 Td (o\u{a0}ne) Tj ET", "o ne"),
    ];
    for (content, read) in cases {
        let bytes = one_page(&content.replace('\u{a0}', "\\240"));
        assert_eq!(lines(&document(&bytes)), [read], "{content}");
    }
}

#[test]
fn columns_of_prose_are_read_one_after_the_other() {
    let sentence = [
        "the parties agree that all fees",
        "named in this order are due and",
        "payable within thirty days of the",
        "date of the invoice which the",
        "provider sends by mail to the",
        "customer each month of the term",
    ];
    let column = |x: u32, shift: u32| -> String {
        (0..)
            .zip(sentence)
            .map(|(row, line)| text(x, 700 - row * 14 - shift, 10, line))
            .collect()
    };
    let read = lines(&document(&one_page(&(column(60, 0) + &column(330, 5)))));
    assert_eq!(read, [sentence, sentence].concat());
}

#[test]
fn labels_and_values_stay_on_one_line() {
    let rows = [
        ("Customer", "Tern & Co."),
        ("Start", "1 May 2025"),
        ("Term", "24 months"),
        ("Payment", "Net 30"),
        ("Currency", "USD"),
        ("Plan", "Pro"),
    ];
    let content: String = (0..)
        .zip(rows)
        .map(|(row, (label, value))| {
            text(72, 700 - row * 16, 10, label) + &text(300, 700 - row * 16, 10, value)
        })
        .collect();
    let wanted: Vec<String> = rows
        .iter()
        .map(|(label, value)| format!("{label} {value}"))
        .collect();
    assert_eq!(lines(&document(&one_page(&content))), wanted);
}

fn cells(document: &Document) -> Vec<Vec<String>> {
    let table = document.tables.first().expect("a table");
    let cell = |cell: &crate::page::Cell| {
        let words: Vec<&str> = cell
            .words
            .iter()
            .map(|at| document.word(*at).unwrap().text.as_str())
            .collect();
        words.join(" ")
    };
    table
        .rows
        .iter()
        .map(|row| row.cells.iter().map(cell).collect())
        .collect()
}

#[test]
fn a_table_without_rules_is_read_by_its_columns() {
    let rows = [
        ["Item", "Quantity", "Fee"],
        ["Setup", "1", "$500.00"],
        ["Seats for the", "20", "$38.00"],
        ["whole team", "", ""],
        ["Support", "1", "$90.00"],
    ];
    let content: String = (0..)
        .zip(rows)
        .map(|(row, [a, b, c])| {
            let y = 700 - row * 14;
            text(72, y, 10, a) + &text(200, y, 10, b) + &text(300, y, 10, c)
        })
        .collect();
    let document = document(&one_page(&content));
    assert_eq!(
        cells(&document),
        [
            ["Item", "Quantity", "Fee"],
            ["Setup", "1", "$500.00"],
            ["Seats for the whole team", "20", "$38.00"],
            ["Support", "1", "$90.00"]
        ]
    );
    let table = document.tables.first().unwrap();
    assert!(table.has_header && table.doubtful.is_none());
}

#[test]
fn a_merged_cell_of_a_grid_holds_for_every_column_it_spans() {
    let grid = "72 600 m 372 600 l S 72 630 m 372 630 l S 72 660 m 372 660 l S 72 690 m 372 690 l S \
        72 600 m 72 690 l S 172 600 m 172 690 l S 272 630 m 272 690 l S 372 600 m 372 690 l S\n";
    let words = [
        text(80, 670, 10, "Fee"),
        text(180, 670, 10, "Year 1"),
        text(280, 670, 10, "Year 2"),
        text(80, 640, 10, "Platform"),
        text(180, 640, 10, "$10"),
        text(280, 640, 10, "$20"),
        text(80, 610, 10, "Support"),
        text(260, 610, 10, "$5"),
    ];
    let document = document(&one_page(&(grid.to_owned() + &words.concat())));
    assert_eq!(
        cells(&document),
        [
            ["Fee", "Year 1", "Year 2"],
            ["Platform", "$10", "$20"],
            ["Support", "$5", "$5"]
        ]
    );
}

#[test]
fn a_table_goes_on_over_the_page() {
    let row = |y: u32, a: &str, b: &str| text(72, y, 10, a) + &text(300, y, 10, b);
    let first = text(72, 740, 10, "Fees are set out below and hold for the term.")
        + &row(110, "Item", "Fee")
        + &row(96, "Setup", "$500.00")
        + &row(82, "Support", "$90.00");
    let second = row(700, "Item", "Fee") + &row(686, "Training", "$70.00") + &row(672, "Travel", "$30.00");
    let document = document(
        &Press::new()
            .page(&first, Dictionary::new())
            .page(&second, Dictionary::new())
            .bytes(),
    );
    assert_eq!(document.tables.len(), 1);
    assert_eq!(
        cells(&document).concat(),
        [
            "Item", "Fee", "Setup", "$500.00", "Support", "$90.00", "Training", "$70.00", "Travel", "$30.00"
        ]
    );
}

#[test]
fn running_heads_and_page_numbers_are_furniture_and_a_letterhead_is_not() {
    let page = |number: u32, body: &str| {
        text(72, 760, 9, "Master Agreement 0093")
            + &text(72, 400, 10, body)
            + &text(300, 30, 9, &format!("Page {number} of 3"))
    };
    let press = (1..=3)
        .zip(["First", "Second", "Third"])
        .fold(Press::new(), |press, (number, body)| {
            press.page(&page(number, body), Dictionary::new())
        });
    let document = document(&press.bytes());
    let body: Vec<String> = document
        .lines()
        .filter(|line| line.role == LineRole::Body)
        .map(crate::page::Line::text)
        .collect();
    assert_eq!(body, ["First", "Second", "Third"]);
    let letter = self::document(&one_page(&page(1, "First")));
    assert!(letter.lines().all(|line| line.role == LineRole::Body));
}

#[test]
fn a_scan_with_recognised_text_is_marked_and_a_page_of_pictures_is_named() {
    let image = Stream::new(
        dictionary! { "Type" => "XObject", "Subtype" => "Image", "Width" => 1, "Height" => 1, "ColorSpace" => "DeviceGray", "BitsPerComponent" => 8 },
        vec![200],
    );
    let (press, image) = Press::new().object(image);
    let resources = || {
        dictionary! { "Resources" => dictionary! {
            "XObject" => dictionary! { "Im" => image },
            "Font" => dictionary! { "F1" => dictionary! { "Type" => "Font", "Subtype" => "Type1", "BaseFont" => "Helvetica" } },
        } }
    };
    let scan = format!(
        "q 612 0 0 792 0 0 cm /Im Do Q 3 Tr {}",
        text(72, 600, 10, "Fee 100")
    );
    let document = document(
        &press
            .page(&scan, resources())
            .page("q 612 0 0 792 0 0 cm /Im Do Q", resources())
            .bytes(),
    );
    let words: Vec<Visibility> = document
        .lines()
        .flat_map(|line| &line.words)
        .map(|word| word.visible)
        .collect();
    assert_eq!(words, [Visibility::Recognised, Visibility::Recognised]);
    assert_eq!(
        finding(&document, FindingKind::PictureOnly).unwrap().page,
        Some(2)
    );
}

#[test]
fn script_and_attachments_are_reported() {
    let script = dictionary! { "Type" => "Action", "S" => "JavaScript", "JS" => Object::string_literal("app.alert(1)") };
    let file = dictionary! { "Type" => "Filespec", "F" => Object::string_literal("prices.pdf"), "EF" => dictionary! {} };
    let (press, _) = Press::new().object(script);
    let (press, _) = press.object(file);
    let document = document(
        &press
            .page(&text(72, 600, 10, "Fee 100"), Dictionary::new())
            .bytes(),
    );
    assert!(finding(&document, FindingKind::ActiveContent).is_some());
    assert!(finding(&document, FindingKind::Attachments).is_some());
}

#[test]
fn a_font_that_says_one_figure_and_draws_another_is_noticed() {
    for (drawn, said) in [
        ('1', '9'),
        ('6', '9'),
        ('9', '6'),
        ('8', '3'),
        ('0', '8'),
        ('7', '4'),
    ] {
        let map = format!(
            "/CIDInit /ProcSet findresource begin begincmap 1 begincodespacerange <00> <FF> endcodespacerange \
            1 beginbfchar <{:02X}> <{:04X}> endbfchar endcmap end",
            u32::from(drawn),
            u32::from(said)
        );
        let (press, map) = Press::new().object(Stream::new(Dictionary::new(), map.into_bytes()));
        let font = dictionary! { "Type" => "Font", "Subtype" => "Type1", "BaseFont" => "Helvetica", "Encoding" => "WinAnsiEncoding", "ToUnicode" => map };
        let resources = dictionary! { "Resources" => dictionary! { "Font" => dictionary! { "F1" => font } } };
        let document = document(
            &press
                .page(&text(72, 600, 10, &format!("Fee {drawn}")), resources)
                .bytes(),
        );
        assert_eq!(lines(&document), [format!("Fee {said}")]);
        let found = finding(&document, FindingKind::EnginesDisagree);
        assert_eq!(found.is_some(), drawn != '7', "{drawn} said to be {said}");
    }
}

#[test]
fn figures_of_honest_fonts_raise_nothing() {
    let digits = "0123456789 4,608.15";
    let content = text(72, 600, 10, digits) + &format!("BT /F2 10 Tf 72 500 Td ({digits}) Tj ET");
    assert_eq!(document(&one_page(&content)).findings, []);
}
