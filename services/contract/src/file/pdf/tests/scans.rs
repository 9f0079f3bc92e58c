//! Pages that are pictures: which they are, and what becomes of the words that were recognised on them.

use lopdf::{Dictionary, ObjectId, Stream, dictionary};

use super::super::super::{Limits, ReadError, RecognisedPage, read, read_recognised};
use super::press::{Press, text};
use crate::flag::Code;
use crate::page::{Document, FindingKind, Line, Visibility};

/// A grey picture of one dot, to be drawn over a page or a part of it.
fn with_picture() -> (Press, ObjectId) {
    let entries = dictionary! {
        "Type" => "XObject", "Subtype" => "Image", "Width" => 1, "Height" => 1,
        "ColorSpace" => "DeviceGray", "BitsPerComponent" => 8,
    };
    Press::new().object(Stream::new(entries, vec![200]))
}

fn resources(image: ObjectId) -> Dictionary {
    let font = dictionary! { "Type" => "Font", "Subtype" => "Type1", "BaseFont" => "Helvetica" };
    dictionary! { "Resources" => dictionary! {
        "XObject" => dictionary! { "Im" => image },
        "Font" => dictionary! { "F1" => font },
    } }
}

/// As a recogniser answers for a page drawn 2550 pixels across: words with left, top, and certainty.
fn answer(page: u32, words: &[(&str, i32, i32, u8)]) -> RecognisedPage {
    let mut tsv = String::from("1\t1\t0\t0\t0\t0\t0\t0\t2550\t3300\t-1\t\n");
    for line in words.chunk_by(|(_, _, one, _), (_, _, other, _)| one == other) {
        tsv.push_str("4\t1\t1\t1\t1\t0\t0\t0\t2550\t40\t-1\t\n");
        for (text, left, top, certainty) in line {
            let width = text.len() * 22;
            tsv.push_str(&format!(
                "5\t1\t1\t1\t1\t1\t{left}\t{top}\t{width}\t36\t{certainty}.4\t{text}\n"
            ));
        }
    }
    RecognisedPage { part: 0, page, tsv }
}

const FEE: [(&str, i32, i32, u8); 5] = [
    ("Monthly", 300, 400, 96),
    ("fee:", 470, 400, 95),
    ("$410.00", 600, 400, 71),
    ("per", 780, 400, 93),
    ("month", 870, 400, 92),
];

const WHOLE_PAGE: &str = "q 612 0 0 792 0 0 cm /Im Do Q\n";

fn lines(document: &Document) -> Vec<String> {
    document
        .lines()
        .map(Line::text)
        .filter(|line| !line.is_empty())
        .collect()
}

fn kinds(document: &Document) -> Vec<FindingKind> {
    document.findings.iter().map(|finding| finding.kind).collect()
}

fn read_with(bytes: &[u8], recognised: &[RecognisedPage]) -> Document {
    read_recognised(bytes, &Limits::default(), recognised).unwrap()
}

#[test]
fn a_scan_is_read_from_what_was_recognised_and_its_numbers_wait_for_a_person() {
    let (press, image) = with_picture();
    let bytes = press.page(WHOLE_PAGE, resources(image)).bytes();
    assert_eq!(
        read(&bytes, &Limits::default()).unwrap_err(),
        ReadError::NoText { pages: 1 }
    );
    let document = read_with(&bytes, &[answer(1, &FEE)]);
    assert_eq!(lines(&document), ["Monthly fee: $410.00 per month"]);
    assert_eq!(kinds(&document), [FindingKind::Recognised]);
    let word = &document.pages[0].lines[0].words[2];
    assert_eq!(word.visible, Visibility::Ocr(71));
    // 600 of 2550 pixels of 612 points, in hundredths.
    assert_eq!((word.at.left, word.at.top), (14_400, 9_600));
    let flags = crate::checks::of_document(&document);
    let number = flags
        .iter()
        .find(|flag| flag.code == Code::RecognisedNumber)
        .unwrap();
    assert!(
        number.waits() && number.sentence.contains("least certain are “$410.00”"),
        "{}",
        number.sentence
    );
    assert_eq!(number.evidence[0].quote(), "$410.00");
}

#[test]
fn what_was_recognised_with_too_little_certainty_is_not_read() {
    let (press, image) = with_picture();
    let terms = text(72, 700, 10, "All fees are set out on the next page.");
    let bytes = press
        .page(&terms, Dictionary::new())
        .page(WHOLE_PAGE, resources(image))
        .bytes();
    let unsure = FEE.map(|(text, left, top, _)| (text, left, top, 40));
    for recognised in [answer(2, &unsure), answer(2, &[])] {
        let document = read_with(&bytes, &[recognised]);
        assert_eq!(lines(&document).len(), 1);
        assert_eq!(kinds(&document), [FindingKind::PictureOnly]);
    }
}

#[test]
fn a_page_with_good_text_is_never_read_from_its_picture() {
    let (press, image) = with_picture();
    let rows: String = (0..10)
        .map(|row| text(72, 700 - row * 20, 10, "The monthly fee is $400.00 as agreed."))
        .collect();
    let bytes = press
        .page(&format!("{WHOLE_PAGE}{rows}"), resources(image))
        .bytes();
    let plain = read(&bytes, &Limits::default()).unwrap();
    assert_eq!(plain.findings, []);
    assert_eq!(read_with(&bytes, &[answer(1, &FEE)]), plain);
}

#[test]
fn a_stamp_on_a_scan_does_not_make_it_text_and_is_read_once() {
    let (press, image) = with_picture();
    let stamp = text(72, 770, 8, "Envelope 77A1");
    let bytes = press
        .page(&format!("{WHOLE_PAGE}{stamp}"), resources(image))
        .bytes();
    let unread = read(&bytes, &Limits::default()).unwrap();
    assert_eq!(kinds(&unread), [FindingKind::PictureOnly]);
    let recognised: Vec<_> = [("Envelope", 310, 66, 95), ("77A1", 450, 66, 95)]
        .into_iter()
        .chain(FEE)
        .collect();
    let document = read_with(&bytes, &[answer(1, &recognised)]);
    assert_eq!(
        lines(&document),
        ["Envelope 77A1", "Monthly fee: $410.00 per month"]
    );
    assert_eq!(document.pages[0].lines[0].words[0].visible, Visibility::Shown);
}

#[test]
fn a_picture_of_prices_beside_text_is_read_too() {
    let (press, image) = with_picture();
    let terms: String = (0..8)
        .map(|row| text(72, 760 - row * 14, 10, "The fees of this order are those below."))
        .collect();
    let page = format!("{terms}q 612 0 0 500 0 0 cm /Im Do Q\n");
    let bytes = press.page(&page, resources(image)).bytes();
    assert_eq!(
        kinds(&read(&bytes, &Limits::default()).unwrap()),
        [FindingKind::PictureOnly]
    );
    let prices = FEE.map(|(text, left, _, certainty)| (text, left, 2000, certainty));
    let document = read_with(&bytes, &[answer(1, &prices)]);
    assert_eq!(lines(&document).len(), 9);
    assert_eq!(kinds(&document), [FindingKind::Recognised]);
    // What the recogniser says of the part that is text is not believed beside the text.
    assert_eq!(lines(&read_with(&bytes, &[answer(1, &FEE)])).len(), 8);
}
