//! What the reader of the file noticed, as flags.

use crate::flag::{Code, Flag, Severity};
use crate::page::{Document, Finding, FindingKind};

/// One flag for each finding.
pub(super) fn check(document: &Document) -> Vec<Flag> {
    document.findings.iter().map(flag).collect()
}

fn flag(finding: &Finding) -> Flag {
    let (code, what_to_do) = match finding.kind {
        FindingKind::HiddenText => (Code::HiddenText, "Know that it is there; nothing of it was used."),
        FindingKind::ControlCharacters => (
            Code::HiddenText,
            "Know that they were there; they were taken out.",
        ),
        FindingKind::PictureOnly => (
            Code::ScannedPage,
            "Read the page yourself and enter what it charges.",
        ),
        FindingKind::Recognised => (
            Code::ScannedPage,
            "Read its terms beside the picture; none of them counts as verified.",
        ),
        FindingKind::EnginesDisagree => (
            Code::ReadingsOfPageDiffer,
            "Compare the values of that page with the page itself.",
        ),
        FindingKind::Attachments => (
            Code::AttachmentsNotRead,
            "Upload those that belong to the contract and are not among its documents.",
        ),
        FindingKind::ActiveContent => (
            Code::AttachmentsNotRead,
            "Know that it is there; it is never run.",
        ),
        FindingKind::TrackedChanges => (
            Code::TrackedChanges,
            "See that the final text is the one that was signed.",
        ),
        FindingKind::ReadOnce => (
            Code::ReadingsOfPageDiffer,
            "Compare the values of that page with the page itself.",
        ),
        FindingKind::Cells => (
            Code::DoubtfulTable,
            "Look at those cells in the program the file was made with, and say which value was agreed.",
        ),
        FindingKind::Damage => (
            Code::DamagedFile,
            "Ask for a whole copy, or see that nothing is missing.",
        ),
    };
    let flag = Flag::new(code, sentence(&finding.detail), what_to_do);
    // A page that could not be compared was still read, and what was recognised has a flag of its own for its numbers.
    if matches!(finding.kind, FindingKind::ReadOnce | FindingKind::Recognised) {
        flag.severity(Severity::Info)
    } else {
        flag
    }
}

/// Details begin in lower case and without a full stop.
fn sentence(detail: &str) -> String {
    let mut letters = detail.trim_end_matches('.').chars();
    let first: String = letters
        .next()
        .map(|c| c.to_uppercase().collect())
        .unwrap_or_default();
    format!("{first}{}.", letters.as_str())
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::flag::Code;
    use crate::grounding::written::document;
    use crate::page::{Finding, FindingKind};

    #[test]
    fn nothing_that_was_noticed_is_lost() {
        let cases = [
            (FindingKind::HiddenText, Code::HiddenText, false),
            (FindingKind::PictureOnly, Code::ScannedPage, true),
            (FindingKind::Recognised, Code::ScannedPage, false),
            (FindingKind::EnginesDisagree, Code::ReadingsOfPageDiffer, true),
            (FindingKind::ReadOnce, Code::ReadingsOfPageDiffer, false),
            (FindingKind::Attachments, Code::AttachmentsNotRead, false),
            (FindingKind::ActiveContent, Code::AttachmentsNotRead, false),
            (FindingKind::TrackedChanges, Code::TrackedChanges, true),
            (FindingKind::ControlCharacters, Code::HiddenText, false),
            (FindingKind::Cells, Code::DoubtfulTable, true),
            (FindingKind::Damage, Code::DamagedFile, true),
        ];
        for (kind, code, waits) in cases {
            let mut document = document("Fee: $5");
            document.findings.push(Finding {
                kind,
                page: Some(1),
                detail: String::from("page 1 is a picture"),
            });
            let flags = check(&document);
            assert_eq!((flags[0].code, flags[0].waits()), (code, waits), "{kind:?}");
            assert_eq!(flags[0].sentence, "Page 1 is a picture.");
        }
    }
}
