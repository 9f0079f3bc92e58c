//! What a PDF carries beside its pages: a title, attachments, script and actions. Nothing of it is ever run.

use lopdf::{Dictionary, Document as Structured, Object, decode_text_string};

use crate::page::{Finding, FindingKind};

/// Entries of a dictionary that start something when the file is opened, shown or clicked.
const ACTIONS: &[&[u8]] = &[
    b"JavaScript",
    b"JS",
    b"Launch",
    b"SubmitForm",
    b"ImportData",
    b"GoToE",
    b"RichMedia",
];

/// The title of the metadata, if it says anything.
pub(super) fn title(pdf: &Structured) -> Option<String> {
    let info = pdf
        .trailer
        .get_deref(b"Info", pdf)
        .and_then(Object::as_dict)
        .ok()?;
    let title = decode_text_string(info.get_deref(b"Title", pdf).ok()?).ok()?;
    let title = title.trim();
    (!title.is_empty()).then(|| title.chars().filter(|c| !c.is_control()).take(300).collect())
}

/// What a reviewer must know about the rest of the file.
pub(super) fn findings(pdf: &Structured) -> Vec<Finding> {
    let dictionaries = || pdf.objects.values().filter_map(dictionary);
    let attached = dictionaries()
        .filter(|dict| dict.has_type(b"Filespec") && dict.has(b"EF"))
        .count();
    let active = dictionaries().filter(|dict| acts(dict)).count();
    let mut findings = Vec::new();
    if attached > 0 {
        let detail = format!(
            "the PDF carries {attached} attached files that were not read: send each contract as its own file"
        );
        findings.push(Finding {
            kind: FindingKind::Attachments,
            page: None,
            detail,
        });
    }
    if active > 0 {
        let detail = format!(
            "the PDF carries {active} scripts or actions; none was run, and what they would show was not read"
        );
        findings.push(Finding {
            kind: FindingKind::ActiveContent,
            page: None,
            detail,
        });
    }
    findings
}

fn dictionary(object: &Object) -> Option<&Dictionary> {
    match object {
        Object::Dictionary(dict) => Some(dict),
        Object::Stream(stream) => Some(&stream.dict),
        _ => None,
    }
}

fn acts(dict: &Dictionary) -> bool {
    let action = dict
        .get(b"S")
        .and_then(Object::as_name)
        .is_ok_and(|name| ACTIONS.contains(&name));
    action || dict.has(b"JS")
}
