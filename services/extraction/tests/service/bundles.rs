//! Several papers sent together are one contract: each is read, all are joined, and where two differ both are quoted.

use wire::extraction::v1;
use wire::extraction::v1::upload_document_request::Part;

use super::support::{Client, House, get, header_of, parts, send, state, upload, wait_for};

const AGREEMENT: &str = "MASTER SERVICES AGREEMENT\n\nThis Master Services Agreement is made on 2 February 2025 between Fernwell Data Ltd (the \"Supplier\") and Colbrook Housing Ltd (the \"Client\").\n\n1. Charges. Invoices are payable within 60 days of the invoice date.\n\n2. Precedence. If there is a conflict between this Agreement and an order form, the order form prevails.\n";

const ORDER: &str = "ORDER FORM 1\n\nbetween Fernwell Data Ltd (the \"Supplier\") and Colbrook Housing Ltd (the \"Client\")\n\nSubscription term: 1 March 2025 to 28 February 2027\n\nTenancy portal: GBP 1,150.00 per month, billed monthly in advance.\n\nInvoices are payable within 30 days of the invoice date.\n";

const WORK: &str = "STATEMENT OF WORK 1\n\nbetween Fernwell Data Ltd (the \"Supplier\") and Colbrook Housing Ltd (the \"Client\")\n\nData migration: GBP 4,000.00, a one-time fee invoiced on 1 April 2025.\n";

const AMENDMENT: &str = "FIRST AMENDMENT TO ORDER FORM 1\n\nThis amendment between Fernwell Data Ltd (the \"Supplier\") and Colbrook Housing Ltd (the \"Client\") takes effect on 1 June 2025.\n\n1. The price of the Tenancy portal is increased to GBP 1,300.00 per month.\n";

const PAPERS: [(&str, &str); 4] = [
    ("msa.txt", AGREEMENT),
    ("order-form.txt", ORDER),
    ("sow.txt", WORK),
    ("amendment.txt", AMENDMENT),
];

/// One upload of several files: of each its header, then its bytes.
async fn together(admin: &mut Client, papers: &[(&str, &str)]) -> v1::UploadDocumentResponse {
    let sent: Vec<_> = papers
        .iter()
        .flat_map(|(name, text)| parts(header_of(name, text.as_bytes()), text.as_bytes()))
        .collect();
    let answer = admin.upload_document(tokio_stream::iter(sent)).await;
    answer.unwrap().into_inner()
}

fn values<'c>(contract: &'c v1::Contract, path: &str) -> Vec<&'c str> {
    let terms = contract.terms.iter().filter(|term| term.path.ends_with(path));
    terms.map(|term| term.value.as_str()).collect()
}

#[tokio::test]
async fn an_agreement_with_its_order_form_work_and_amendment_is_one_contract() {
    let house = House::running().await;
    let mut admin = house.admin();
    let answer = together(&mut admin, &PAPERS).await;
    let contract = wait_for(&mut admin, &answer.contract_id, v1::ContractState::NeedsReview).await;
    assert_eq!(
        contract.summary.as_ref().unwrap().file_name,
        "msa.txt + order-form.txt + sow.txt + amendment.txt"
    );
    let papers: Vec<(&str, u32, u32)> = contract
        .papers
        .iter()
        .map(|paper| (paper.name.as_str(), paper.first_page, paper.pages))
        .collect();
    assert_eq!(
        papers,
        [
            ("msa.txt", 1, 1),
            ("order-form.txt", 2, 1),
            ("sow.txt", 3, 1),
            ("amendment.txt", 4, 1)
        ]
    );

    // The order form prevails over the agreement, which says so; both are quoted, each with its paper and page.
    assert!(
        values(&contract, "/payment/due")
            .iter()
            .any(|due| due.contains("30")),
        "{:#?}",
        contract.terms
    );
    let settled = contract
        .flags
        .iter()
        .find(|flag| flag.code == "CONFLICT_RESOLVED_BY_PRECEDENCE")
        .unwrap();
    let quoted = |words: &str, paper: &str, page: u32| {
        settled.evidence.iter().any(|evidence| {
            evidence.quote.contains(words) && evidence.paper == paper && evidence.page == page
        })
    };
    assert!(
        quoted("60 days", "msa.txt", 1) && quoted("30 days", "order-form.txt", 2),
        "{settled:#?}"
    );

    // Work is charged beside the subscription, and the amendment changes the price from its day on.
    let plan = contract.plan.as_ref();
    assert!(
        contract.terms.iter().any(|term| term.value == "4000.00"),
        "{:#?}",
        contract.terms
    );
    assert!(
        contract
            .terms
            .iter()
            .any(|term| term.value == "1300.00" && term.evidence.iter().any(|evidence| evidence.page == 4))
    );
    assert!(
        contract.terms.iter().any(|term| term.value == "2025-06-01"),
        "{plan:#?} {:#?}",
        contract.terms
    );
    pages(&mut admin, &answer.contract_id).await;
    let request = v1::DownloadDocumentRequest {
        contract_id: answer.contract_id.clone(),
    };
    let mut pieces = admin.download_document(request).await.unwrap().into_inner();
    let first = pieces.message().await.unwrap().unwrap();
    assert!(
        first.file_name.ends_with("amendment.txt.zip"),
        "{}",
        first.file_name
    );

    let again = together(&mut admin, &PAPERS).await;
    assert_eq!(
        (again.contract_id, again.already_known),
        (answer.contract_id, true)
    );
}

/// Pages are counted through, and words of any of them can be cited.
async fn pages(admin: &mut Client, contract: &str) {
    for (page, words) in [(1, "MASTER"), (2, "ORDER"), (3, "STATEMENT"), (4, "FIRST")] {
        let request = v1::GetPageRequest {
            contract_id: contract.to_owned(),
            page,
        };
        let page = admin.get_page(request).await.unwrap().into_inner();
        assert_eq!(page.lines[0].words[0].text, words);
    }
    let request = v1::GetPageRequest {
        contract_id: contract.to_owned(),
        page: 5,
    };
    assert!(admin.get_page(request).await.is_err());
}

#[tokio::test]
async fn without_a_rule_of_precedence_a_person_decides() {
    let house = House::running().await;
    let mut admin = house.admin();
    let silent = AGREEMENT.replace("the order form prevails", "the parties will talk");
    let answer = together(&mut admin, &[("order-form.txt", ORDER), ("msa.txt", &silent)]).await;
    let contract = wait_for(&mut admin, &answer.contract_id, v1::ContractState::NeedsReview).await;
    let asked = contract
        .flags
        .iter()
        .find(|flag| flag.code == "CONFLICT_BETWEEN_DOCUMENTS")
        .unwrap();
    assert_eq!(asked.path, "/payment/due");
    let pages: Vec<u32> = asked.evidence.iter().map(|evidence| evidence.page).collect();
    assert!(pages.contains(&1) && pages.contains(&2), "{asked:#?}");
}

#[tokio::test]
async fn an_e_mail_is_read_with_its_attachments_and_what_cannot_be_read_is_told() {
    let house = House::running().await;
    let mut admin = house.admin();
    let mail = format!(
        "From: Ana <ana@fernwell.example>\r\nTo: Bo <bo@colbrook.example>\r\nSubject: Signed\r\nMIME-Version: 1.0\r\n\
        Content-Type: multipart/mixed; boundary=\"cut\"\r\n\r\n--cut\r\nContent-Type: text/plain\r\n\r\nSigned copy attached.\r\n\
        --cut\r\nContent-Type: text/plain; name=\"order.txt\"\r\nContent-Disposition: attachment; filename=\"order.txt\"\r\n\r\n{ORDER}\r\n\
        --cut\r\nContent-Type: application/pdf; name=\"annex.pdf\"\r\nContent-Disposition: attachment; filename=\"annex.pdf\"\r\n\r\n%PDF-1.7 cut off\r\n--cut--\r\n"
    );
    let answer = upload(&mut admin, "signed.eml", mail.as_bytes()).await.unwrap();
    let contract = wait_for(&mut admin, &answer.contract_id, v1::ContractState::NeedsReview).await;
    assert!(
        contract.terms.iter().any(|term| term.value == "1150.00"),
        "{:#?}",
        contract.terms
    );
    let names: Vec<&str> = contract.papers.iter().map(|paper| paper.name.as_str()).collect();
    assert_eq!(names, ["signed.eml", "order.txt"]);
    let unread = contract
        .flags
        .iter()
        .find(|flag| flag.sentence.contains("annex.pdf” was not read"))
        .unwrap();
    assert_eq!(
        (unread.code.as_str(), unread.severity()),
        ("ATTACHMENTS_NOT_READ", v1::flag::Severity::Review)
    );
}

#[tokio::test]
async fn one_bad_paper_refuses_all_and_a_header_alone_is_no_file() {
    let house = House::running().await;
    let mut admin = house.admin();
    let mut sent = parts(header_of("order-form.txt", ORDER.as_bytes()), ORDER.as_bytes());
    sent.extend(parts(header_of("setup.exe", b"MZ\x90"), b"MZ\x90"));
    let refused = admin
        .upload_document(tokio_stream::iter(sent.clone()))
        .await
        .unwrap_err();
    let sentence = refused.message();
    assert!(
        sentence.starts_with("“setup.exe”: ") && sentence.contains("a program"),
        "{refused}"
    );
    sent.truncate(1);
    sent.push(v1::UploadDocumentRequest {
        part: Some(Part::Header(header_of("b.txt", ORDER.as_bytes()))),
    });
    let refused = admin.upload_document(tokio_stream::iter(sent)).await.unwrap_err();
    assert!(refused.message().contains("must follow the header"), "{refused}");
    // The order form alone is another contract than the order form among others.
    let alone = send(
        &mut admin,
        header_of("order-form.txt", ORDER.as_bytes()),
        ORDER.as_bytes(),
    )
    .await
    .unwrap();
    assert!(!alone.already_known);
    let contract = get(&mut admin, &alone.contract_id).await;
    assert!(state(&contract) != v1::ContractState::Failed);
}

fn zipped(files: &[(&str, &[u8])]) -> Vec<u8> {
    let files: Vec<(String, Vec<u8>)> = files
        .iter()
        .map(|(name, bytes)| ((*name).to_owned(), bytes.to_vec()))
        .collect();
    contract::file::pack(&files).unwrap()
}

/// Sentences of the flags of that code, and whether each waits.
fn told<'c>(contract: &'c v1::Contract, code: &str) -> Vec<(&'c str, bool)> {
    let flags = contract.flags.iter().filter(|flag| flag.code == code);
    flags
        .map(|flag| {
            (
                flag.sentence.as_str(),
                flag.severity() != v1::flag::Severity::Info,
            )
        })
        .collect()
}

#[tokio::test]
async fn every_file_of_an_archive_is_a_paper_or_told() {
    let house = House::running().await;
    let mut admin = house.admin();
    let inner = zipped(&[("sow.txt", WORK.as_bytes())]);
    let packed = zipped(&[
        ("order.txt", ORDER.as_bytes()),
        ("copy of order.txt", ORDER.as_bytes()),
        ("work.zip", &inner),
        ("annex.pdf", b"%PDF-1.7 cut off"),
        ("logo.png", b"\x89PNG\r\n"),
    ]);
    let answer = upload(&mut admin, "papers.zip", &packed).await.unwrap();
    let contract = wait_for(&mut admin, &answer.contract_id, v1::ContractState::NeedsReview).await;
    let names: Vec<&str> = contract.papers.iter().map(|paper| paper.name.as_str()).collect();
    assert_eq!(names, ["order.txt", "sow.txt"]);
    let unread = told(&contract, "ATTACHMENTS_NOT_READ");
    let waits = |words: &str| {
        unread
            .iter()
            .find(|(sentence, _)| sentence.contains(words))
            .map(|found| found.1)
    };
    assert_eq!(
        waits("“copy of order.txt” is the same file as “order.txt”"),
        Some(false),
        "{unread:#?}"
    );
    assert_eq!(
        waits("“annex.pdf” was not read: the file is damaged"),
        Some(true),
        "{unread:#?}"
    );
    assert_eq!(waits("“logo.png” was not read"), Some(false), "{unread:#?}");
}

#[tokio::test]
async fn a_paper_that_another_contract_has_too_is_asked_about() {
    let house = House::running().await;
    let mut admin = house.admin();
    let alone = upload(&mut admin, "order-form.txt", ORDER.as_bytes())
        .await
        .unwrap();
    let first = wait_for(&mut admin, &alone.contract_id, v1::ContractState::NeedsReview).await;
    assert!(told(&first, "DOCUMENT_OF_ANOTHER_CONTRACT").is_empty());
    let answer = together(&mut admin, &PAPERS).await;
    let second = wait_for(&mut admin, &answer.contract_id, v1::ContractState::NeedsReview).await;
    let flags = told(&second, "DOCUMENT_OF_ANOTHER_CONTRACT");
    assert!(
        matches!(flags.as_slice(), [(sentence, true)] if sentence.contains("“order-form.txt” is a document of another contract")),
        "{flags:#?}"
    );
    // The agreement charges nothing: to have it behind two orders is usual, and only told.
    let packed = zipped(&[("msa.txt", AGREEMENT.as_bytes())]);
    let answer = upload(&mut admin, "msa.zip", &packed).await.unwrap();
    let third = wait_for(&mut admin, &answer.contract_id, v1::ContractState::NeedsReview).await;
    let flags = told(&third, "DOCUMENT_OF_ANOTHER_CONTRACT");
    assert!(
        matches!(flags.as_slice(), [(sentence, false)] if sentence.contains("msa.txt + order-form.txt")),
        "{flags:#?}"
    );
    assert_eq!(third.papers[0].name, "msa.txt");
}

#[tokio::test]
async fn an_archive_that_cannot_be_read_says_why() {
    let house = House::running().await;
    let mut admin = house.admin();
    let empty_of_papers = zipped(&[("logo.png", b"\x89PNG\r\n"), ("annex.pdf", b"%PDF-1.7 cut off")]);
    let answer = upload(&mut admin, "a.zip", &empty_of_papers).await.unwrap();
    let contract = wait_for(&mut admin, &answer.contract_id, v1::ContractState::Failed).await;
    let failure = contract.failure.unwrap();
    assert_eq!(failure.code, "damaged", "{failure:?}");
}
