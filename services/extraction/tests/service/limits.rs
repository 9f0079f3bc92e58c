//! What files may cost: the longest that is read fits into its memory, and hostile ones in a row bring nothing else down.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::time::Duration;

use extraction::sandbox::{ReaderSettings, read_in_child};
use wire::extraction::v1;

use super::support::{CONTRACT, House, upload, wait_for};

/// A PDF of that many pages, each with the same paragraphs of a framework agreement.
fn long_pdf(pages: usize) -> Vec<u8> {
    const LINES: usize = 12;
    let mut objects = vec![
        String::from("<</Type/Catalog/Pages 2 0 R>>"),
        format!(
            "<</Type/Pages/Count {pages}/Kids[{}]>>",
            (0..pages).fold(String::new(), |kids, page| format!("{kids}{} 0 R ", 4 + page * 2))
        ),
        String::from("<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>"),
    ];
    for page in 1..=pages {
        let mut content = String::from("BT /F1 10 Tf 72 720 Td 14 TL\n");
        for line in 1..=LINES {
            let words = format!(
                "{page}.{line} The Supplier provides the service as described in the order form and its annexes."
            );
            writeln!(content, "({words}) Tj T*").unwrap();
        }
        content.push_str("ET");
        let stream = objects.len() + 2;
        objects.push(format!(
            "<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Resources<</Font<</F1 3 0 R>>>>/Contents {stream} 0 R>>"
        ));
        objects.push(format!(
            "<</Length {}>>stream\n{content}\nendstream",
            content.len()
        ));
    }
    printed(&objects)
}

fn printed(objects: &[String]) -> Vec<u8> {
    let mut file = String::from("%PDF-1.4\n");
    let mut table = format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1);
    for (number, object) in (1..).zip(objects) {
        writeln!(table, "{:010} 00000 n ", file.len()).unwrap();
        writeln!(file, "{number} 0 obj\n{object}\nendobj").unwrap();
    }
    let start = file.len();
    let size = objects.len() + 1;
    write!(
        file,
        "{table}trailer\n<</Size {size}/Root 1 0 R>>\nstartxref\n{start}\n%%EOF\n"
    )
    .unwrap();
    file.into_bytes()
}

/// The limit counts every address the reader takes, so whatever ends well within it never took more memory.
#[tokio::test]
async fn a_pdf_of_five_hundred_pages_is_read_within_300_mb() {
    let settings = ReaderSettings {
        program: PathBuf::from(env!("CARGO_BIN_EXE_read-document")),
        arguments: Vec::new(),
        memory_bytes: 300_000_000,
        // This reader is not optimised.
        cpu_seconds: 200,
        wall: Duration::from_secs(600),
        ..ReaderSettings::default()
    };
    let document = read_in_child(&long_pdf(500), &settings).await.unwrap();
    assert_eq!(document.pages.len(), 500);
    let words: usize = document.pages[499]
        .lines
        .iter()
        .map(|line| line.words.len())
        .sum();
    assert!(words > 150, "{words}");
    let refused = read_in_child(&long_pdf(501), &settings).await.unwrap_err();
    assert_eq!(refused.code(), "too_many_pages");
}

/// Files that cost more than they should, each in another way, and the name of what becomes of it.
fn hostile() -> Vec<(&'static str, Vec<u8>, &'static str)> {
    let file = |name: &str, bytes: Vec<u8>| vec![(name.to_owned(), bytes)];
    let pack = |files: &[(String, Vec<u8>)]| contract::file::pack(files).unwrap();
    let mut nested = pack(&file("a.txt", b"Fee: $5".to_vec()));
    for _ in 0..20 {
        nested = pack(&file("more.zip", nested));
    }
    let catalogue =
        |pages: &str| printed(&[String::from("<</Type/Catalog/Pages 2 0 R>>"), String::from(pages)]);
    vec![
        ("large.zip", pack(&file("a.txt", vec![b' '; 3_000_000])), ""),
        ("nested.zip", nested, "not_a_document"),
        (
            "pages-of-themselves.pdf",
            catalogue("<</Type/Pages/Count 900000000/Kids[2 0 R 2 0 R]>>"),
            "",
        ),
        ("cut.pdf", long_pdf(20)[..9_000].to_vec(), ""),
        (
            "brackets.pdf",
            [b"%PDF-1.4\n1 0 obj\n".to_vec(), vec![b'['; 900_000]].concat(),
            "",
        ),
        (
            "elements.html",
            format!("<html>{}", "<div>".repeat(150_000)).into_bytes(),
            "",
        ),
        (
            "message.eml",
            format!(
                "From: a@b.example\nTo: c@d.example\nSubject: x\nMIME-Version: 1.0\n{}\n\nx",
                "Content-Type: multipart/mixed; boundary=\"a\"\n\n--a\n".repeat(5_000)
            )
            .into_bytes(),
            "",
        ),
    ]
}

#[tokio::test]
async fn hostile_files_at_once_are_named_and_a_contract_beside_them_is_read() {
    let mut house = House::new("http://127.0.0.1:9").await;
    house.reads_at_once(2);
    house.reader().cpu_seconds = 3;
    house.reader().wall = Duration::from_secs(20);
    house.reader().limits.bytes = 2_000_000;
    house.start().await;
    let mut admin = house.admin();
    let mut sent = Vec::new();
    for (name, bytes, code) in hostile() {
        match upload(&mut admin, name, &bytes).await {
            Ok(answer) => sent.push((name, answer.contract_id, code)),
            // What shows at once is told at once.
            Err(refused) => assert!(refused.message().len() > 20, "{name}: {refused}"),
        }
    }
    assert!(sent.len() >= 4, "{sent:?}");
    let good = upload(&mut admin, "order-form.pdf", CONTRACT).await.unwrap();
    wait_for(&mut admin, &good.contract_id, v1::ContractState::NeedsReview).await;
    for (name, id, code) in sent {
        let ended = ended(&mut admin, &id).await;
        let failure = ended.failure.unwrap_or_default();
        assert!(code.is_empty() || failure.code == code, "{name}: {failure:?}");
    }
}

/// A contract that is neither waiting nor being read any more.
async fn ended(admin: &mut super::support::Client, id: &str) -> v1::Contract {
    for _ in 0..600 {
        let contract = super::support::get(admin, id).await;
        match super::support::state(&contract) {
            v1::ContractState::Received | v1::ContractState::Reading => {
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
            _ => return contract,
        }
    }
    panic!("{id} is still being read")
}
