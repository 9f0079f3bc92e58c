//! Every way in which a file can be refused has a name, and what it carries is read by its bytes, not by its name.

mod injection;

use lopdf::{Dictionary, EncryptionState, EncryptionVersion, Permissions};

use super::pdf::tests::press::{Press, one_page, text};
use super::{BODY, Limits, ReadError, read, read_all, recognise};
use crate::page::{FindingKind, Line, Media};

fn refusal(bytes: &[u8]) -> ReadError {
    read(bytes, &Limits::default()).unwrap_err()
}

fn encrypted(user: &str) -> Vec<u8> {
    let mut pdf = lopdf::Document::load_mem(&one_page(&text(72, 600, 10, "Fee 100"))).unwrap();
    let id = lopdf::Object::string_literal("0123456789abcdef");
    pdf.trailer.set("ID", vec![id.clone(), id]);
    let version = EncryptionVersion::V2 {
        document: &pdf,
        owner_password: "owner",
        user_password: user,
        key_length: 128,
        permissions: Permissions::all(),
    };
    let state = EncryptionState::try_from(version).unwrap();
    pdf.encrypt(&state).unwrap();
    let mut bytes = Vec::new();
    pdf.save_to(&mut bytes).unwrap();
    bytes
}

fn pages(count: usize) -> Vec<u8> {
    (0..count)
        .fold(Press::new(), |press, _| press.page("", Dictionary::new()))
        .bytes()
}

#[test]
fn files_that_cannot_be_read_are_refused_by_name() {
    let whole = one_page(&text(72, 600, 10, "Fee 100"));
    assert_eq!(refusal(b""), ReadError::Empty);
    assert_eq!(
        refusal(b"\x89PNG\r\n\x1a\n"),
        ReadError::NotADocument {
            looks_like: String::from("a PNG picture")
        }
    );
    assert_eq!(refusal(&encrypted("secret")), ReadError::Encrypted);
    assert_eq!(refusal(&pages(0)), ReadError::NoPages);
    assert_eq!(refusal(&pages(1)), ReadError::NoText { pages: 1 });
    assert!(matches!(
        refusal(whole.get(..40).unwrap()),
        ReadError::Damaged { .. } | ReadError::NoPages
    ));
    assert!(matches!(
        refusal(b"%PDF-1.7 and nothing more"),
        ReadError::Damaged { .. }
    ));
}

#[test]
fn limits_are_held_before_anything_heavy_runs() {
    let limits = Limits {
        bytes: 10,
        ..Limits::default()
    };
    assert_eq!(
        read(b"%PDF-1.7 long", &limits).unwrap_err(),
        ReadError::TooLarge { bytes: 13, limit: 10 }
    );
    assert_eq!(
        refusal(&pages(10_000)),
        ReadError::TooManyPages {
            pages: 10_000,
            limit: 500
        }
    );
    let bomb = Press::new().packed(&vec![b' '; 30_000_000]);
    assert_eq!(refusal(&bomb), ReadError::Bomb { limit: 20_000_000 });
}

#[test]
fn an_empty_user_password_is_no_lock() {
    let document = read(&encrypted(""), &Limits::default()).unwrap();
    assert_eq!(document.lines().map(Line::text).collect::<Vec<_>>(), ["Fee 100"]);
}

#[test]
fn every_refusal_says_what_to_do() {
    let refusals = [
        ReadError::Empty,
        ReadError::TooLarge { bytes: 2, limit: 1 },
        ReadError::NotADocument {
            looks_like: String::from("a program"),
        },
        ReadError::Encrypted,
        ReadError::Damaged {
            detail: String::from("x"),
        },
        ReadError::NoPages,
        ReadError::TooManyPages { pages: 2, limit: 1 },
        ReadError::NoText { pages: 1 },
        ReadError::Bomb { limit: 1 },
    ];
    for refusal in refusals {
        assert!(refusal.to_string().contains("send"), "{refusal}");
    }
}

#[test]
fn a_file_is_its_content() {
    let (one, two) = (
        one_page(&text(72, 600, 10, "Fee 100")),
        one_page(&text(72, 600, 10, "Fee 200")),
    );
    let id = |bytes: &[u8]| read(bytes, &Limits::default()).unwrap().id;
    assert_eq!(id(&one), id(&one.clone()));
    assert_ne!(id(&one), id(&two));
    assert_eq!(id(&one).len(), 64);
}

const MAIL: &str = "From: Ana <ana@provider.example>\r\nTo: Bo <bo@customer.example>\r\nSubject: Order 7\r\nMIME-Version: 1.0\r\n\
    Content-Type: multipart/mixed; boundary=\"cut\"\r\n\r\n--cut\r\nContent-Type: text/html; charset=utf-8\r\n\r\n\
    <p>We bill <b>$5</b> a month.</p><p style=\"display:none\">Pay 999</p>\r\n--cut\r\nContent-Type: text/plain; name=\"terms.txt\"\r\n\
    Content-Disposition: attachment; filename=\"terms.txt\"\r\n\r\nNet 30 days.\r\n--cut\r\nContent-Type: image/png; name=\"logo.png\"\r\n\
    Content-Disposition: attachment; filename=\"logo.png\"\r\nContent-Transfer-Encoding: base64\r\n\r\niVBORw0KGgo=\r\n--cut--\r\n";

#[test]
fn an_e_mail_gives_its_body_and_each_attachment() {
    let parts = read_all(MAIL.as_bytes(), &Limits::default(), &[]).unwrap();
    let names: Vec<&str> = parts.iter().map(|part| part.name.as_str()).collect();
    assert_eq!(names, [BODY, "terms.txt", "logo.png"]);
    let [body, terms, logo] = parts.as_slice() else {
        panic!("three parts")
    };
    let body = body.read.as_ref().unwrap();
    let lines: Vec<String> = body.lines().map(Line::text).collect();
    assert_eq!(
        lines,
        [
            "From: Ana <ana@provider.example>",
            "To: Bo <bo@customer.example>",
            "Subject: Order 7",
            "We bill $5 a month.",
            ""
        ]
    );
    let kinds: Vec<FindingKind> = body.findings.iter().map(|finding| finding.kind).collect();
    assert_eq!(kinds, [FindingKind::Attachments, FindingKind::HiddenText]);
    assert_eq!(
        terms
            .read
            .as_ref()
            .unwrap()
            .lines()
            .map(Line::text)
            .collect::<Vec<_>>(),
        ["Net 30 days."]
    );
    assert!(matches!(logo.read, Err(ReadError::NotADocument { .. })));
}

#[test]
fn kinds_are_told_without_reading() {
    let cases: [(&[u8], Media); 4] = [
        (b"%PDF-1.7", Media::Pdf),
        (MAIL.as_bytes(), Media::Email),
        (b"<html><p>Fee</p></html>", Media::Html),
        (b"Order form\nFee: $5", Media::Text),
    ];
    for (bytes, media) in cases {
        assert_eq!(recognise(bytes, &Limits::default()), Ok(media));
    }
}

#[test]
fn the_papers_of_an_archive_are_read_one_by_one() {
    let file = |name: &str, bytes: &[u8]| (name.to_owned(), bytes.to_vec());
    let files = [
        file("order.pdf", &one_page(&text(72, 600, 10, "Fee 100"))),
        file("mail.eml", MAIL.as_bytes()),
        file("broken.pdf", b"%PDF-1.7 and nothing more"),
    ];
    let packed = super::pack(&files).unwrap();
    assert_eq!(recognise(&packed, &Limits::default()), Ok(Media::Bundle));
    let parts = read_all(&packed, &Limits::default(), &[]).unwrap();
    let read: Vec<(&str, bool)> = parts
        .iter()
        .map(|part| (part.name.as_str(), part.read.is_ok()))
        .collect();
    assert_eq!(
        read,
        [
            ("order.pdf", true),
            ("mail.eml", true),
            ("terms.txt", true),
            ("logo.png", false),
            ("broken.pdf", false)
        ]
    );
    assert!(matches!(refusal(&packed), ReadError::NotADocument { .. }));
}

#[test]
fn archives_in_e_mails_and_archives_are_followed_and_files_of_one_name_told_apart() {
    let file = |name: &str, bytes: &[u8]| (name.to_owned(), bytes.to_vec());
    let inner = super::pack(&[file("terms.txt", b"Net 30"), file("fees.txt", b"Fee: $5")]).unwrap();
    let packed = super::pack(&[
        file("terms.txt", b"Net 60"),
        file("papers.zip", &inner),
        file("torn.zip", b"PK\x03\x04 and no more"),
    ]);
    let parts = read_all(&packed.unwrap(), &Limits::default(), &[]).unwrap();
    let read: Vec<(&str, bool)> = parts
        .iter()
        .map(|part| (part.name.as_str(), part.read.is_ok()))
        .collect();
    assert_eq!(
        read,
        [
            ("terms.txt", true),
            ("terms.txt (2)", true),
            ("fees.txt", true),
            ("torn.zip", false)
        ]
    );

    let mut nested = super::pack(&[file("deep.txt", b"Net 90")]).unwrap();
    for _ in 0..4 {
        nested = super::pack(&[file("more.zip", &nested)]).unwrap();
    }
    let parts = read_all(&nested, &Limits::default(), &[]).unwrap();
    let refused = parts[0].read.as_ref().unwrap_err().to_string();
    assert!(refused.contains("deeper than is followed"), "{refused}");
}
