//! E-mail: its head and body are one document, its attachments are documents of their own.

use mail_parser::{Address, Message, MessageParser, MessagePart, MimeHeaders, PartType};

use super::flow::{self, Block};
use super::{BODY, Limits, ReadError, html, identity, text};
use crate::page::{Document, Finding, FindingKind, Media};

/// An e-mail in an e-mail in an e-mail is followed this deep.
const DEEPEST: usize = 3;
/// So many attachments are read; more are named as not read.
const ATTACHMENTS: usize = 50;

/// The head and the body.
///
/// # Errors
/// Damaged, or no text.
pub(super) fn read(bytes: &[u8], limits: &Limits) -> Result<Document, ReadError> {
    let message = parse(bytes)?;
    let (mut blocks, mut findings) = body(&message, limits)?;
    let mut lines = head(&message);
    lines.append(&mut blocks);
    let names: Vec<String> = attachments(&message).map(name).collect();
    findings.extend(attached(&names));
    Ok(flow::document(
        identity(bytes),
        Media::Email,
        message.subject().map(str::to_owned),
        &lines,
        findings,
    ))
}

/// Every attachment with its name. An e-mail inside gives itself and its own attachments, named after it.
///
/// # Errors
/// The e-mail itself cannot be taken apart.
pub(super) fn carried(bytes: &[u8]) -> Result<Vec<(String, Vec<u8>)>, ReadError> {
    carried_within(bytes, DEEPEST)
}

fn carried_within(bytes: &[u8], depth: usize) -> Result<Vec<(String, Vec<u8>)>, ReadError> {
    let message = parse(bytes)?;
    let attached = attachments(&message).take(ATTACHMENTS);
    Ok(attached
        .flat_map(|attachment| unpacked(attachment, depth))
        .collect())
}

fn unpacked(attachment: &MessagePart<'_>, depth: usize) -> Vec<(String, Vec<u8>)> {
    let name = name(attachment);
    let PartType::Message(inner) = &attachment.body else {
        return vec![(name, attachment.contents().to_vec())];
    };
    let message = inner.raw_message();
    if depth < 2 {
        return vec![(name, message.to_vec())];
    }
    let mut files = vec![(format!("{name}/{BODY}"), message.to_vec())];
    let within = carried_within(message, depth.saturating_sub(1)).unwrap_or_default();
    files.extend(
        within
            .into_iter()
            .map(|(inside, bytes)| (format!("{name}/{inside}"), bytes)),
    );
    files
}

fn parse(bytes: &[u8]) -> Result<Message<'_>, ReadError> {
    let parsed = MessageParser::default().parse(bytes);
    parsed.ok_or_else(|| ReadError::Damaged {
        detail: String::from("its parts cannot be told apart"),
    })
}

/// Pictures that the body shows inline are decoration; every other part is an attachment.
fn attachments<'a>(message: &'a Message<'a>) -> impl Iterator<Item = &'a MessagePart<'a>> {
    message
        .attachments()
        .filter(|part| !(matches!(part.body, PartType::InlineBinary(_)) && is_picture(part)))
}

fn is_picture(part: &MessagePart<'_>) -> bool {
    part.content_type()
        .is_some_and(|kind| kind.ctype().eq_ignore_ascii_case("image"))
}

fn name(part: &MessagePart<'_>) -> String {
    part.attachment_name()
        .unwrap_or("attachment without a name")
        .chars()
        .filter(|c| !c.is_control())
        .take(200)
        .collect()
}

/// Who wrote to whom and when: it dates and names the parties.
fn head(message: &Message<'_>) -> Vec<Block> {
    let date = message.date().map(|date| date.to_rfc822());
    let lines = [
        ("From", message.from().map(people)),
        ("To", message.to().map(people)),
        ("Cc", message.cc().map(people)),
        ("Date", date),
        ("Subject", message.subject().map(str::to_owned)),
    ];
    lines
        .into_iter()
        .filter_map(|(label, value)| Some(Block::line(format!("{label}: {}", value?))))
        .collect()
}

fn people(address: &Address<'_>) -> String {
    let names = address
        .iter()
        .map(|person| match (person.name(), person.address()) {
            (Some(name), Some(address)) => format!("{name} <{address}>"),
            (name, address) => name.or(address).unwrap_or_default().to_owned(),
        });
    names.collect::<Vec<String>>().join(", ")
}

/// The text a person sees: the formatted version where there is one.
fn body(message: &Message<'_>, limits: &Limits) -> Result<(Vec<Block>, Vec<Finding>), ReadError> {
    let formatted = message.html_bodies().find_map(|part| match &part.body {
        PartType::Html(formatted) => Some(formatted),
        _ => None,
    });
    match formatted {
        Some(formatted) => html::blocks(formatted, limits),
        None => {
            let plain = message.text_bodies().filter_map(MessagePart::text_contents);
            let mut older = 0usize;
            let blocks = plain
                .flat_map(|text| {
                    let (text, left_out) = without_quote_marks(text);
                    older = older.saturating_add(left_out);
                    text::blocks(&text)
                })
                .collect();
            Ok((blocks, older_messages(older).into_iter().collect()))
        }
    }
}

/// The text without the marks of the messages it answers ("> "), and how many lines of older messages were left out: the newest
/// message that sets out prices is what was agreed; what was written before it no longer holds. Answers between the lines of
/// the other message need both.
fn without_quote_marks(text: &str) -> (String, usize) {
    let attributed = text
        .lines()
        .any(|line| line.trim_end().ends_with(':') && line.contains("wrote"));
    let last = text
        .lines()
        .rfind(|line| !line.trim().is_empty())
        .unwrap_or_default();
    if !attributed && quoted(last).0 == 0 {
        return (text.to_owned(), 0);
    }
    let lines: Vec<(usize, &str)> = text.lines().map(quoted).collect();
    let agreed = agreed(&lines).filter(|agreed| stands_above(&lines, *agreed));
    let mut kept = String::with_capacity(text.len());
    let mut left_out = 0usize;
    for (depth, line) in lines {
        if agreed.is_some_and(|agreed| depth > agreed) {
            left_out = left_out.saturating_add(usize::from(!line.trim().is_empty()));
            continue;
        }
        kept.push_str(line);
        kept.push('\n');
    }
    (kept, left_out)
}

/// How deep the newest message stands that names money in two lines or more, and in as many as any older one.
fn agreed(lines: &[(usize, &str)]) -> Option<usize> {
    let priced = |depth: usize| {
        lines
            .iter()
            .filter(|(other, line)| *other == depth && names_money(line))
            .count()
    };
    let deepest = lines.iter().map(|(depth, _)| *depth).max()?;
    let most = |depth: usize| {
        (depth.saturating_add(1)..=deepest)
            .map(priced)
            .max()
            .unwrap_or_default()
    };
    (0..=deepest).find(|depth| priced(*depth) >= 2 && priced(*depth) >= most(*depth))
}

/// Is every line of older messages below the last line of that one?
fn stands_above(lines: &[(usize, &str)], agreed: usize) -> bool {
    let says = |(_, line): &&(usize, &str)| !line.trim().is_empty();
    let rest = lines
        .iter()
        .filter(says)
        .skip_while(|(depth, _)| *depth <= agreed);
    rest.into_iter().all(|(depth, _)| *depth > agreed)
}

/// "$1,350", "EUR 75", "75 €": a figure with a sign or a code right beside it.
fn names_money(line: &str) -> bool {
    let words: Vec<&str> = line.split_whitespace().collect();
    let figure = |word: &str| word.chars().any(|c| c.is_ascii_digit());
    let coin = |word: &str| {
        let word = word.trim_matches(|c: char| !c.is_alphabetic() && !matches!(c, '$' | '€' | '£'));
        crate::normal::money::sign(word).is_some()
            || matches!(word, "kr" | "kronor" | "kroner" | "euro" | "euros" | "dollars")
    };
    let signed = |word: &str| word.contains(['$', '€', '£', '¥']) && figure(word);
    words.iter().any(|word| signed(word))
        || words.windows(2).any(|pair| match pair {
            [one, other] => figure(one) && coin(other) || coin(one) && figure(other),
            _ => false,
        })
}

/// How often a line is quoted, and what it says.
fn quoted(line: &str) -> (usize, &str) {
    let mut depth = 0usize;
    let mut rest = line;
    while let Some(inner) = rest.trim_start().strip_prefix('>') {
        depth = depth.saturating_add(1);
        rest = inner;
    }
    (
        depth,
        if depth == 0 {
            line
        } else {
            rest.strip_prefix(' ').unwrap_or(rest)
        },
    )
}

fn older_messages(lines: usize) -> Option<Finding> {
    (lines > 0).then(|| Finding {
        kind: FindingKind::Attachments,
        page: None,
        detail: format!(
            "{lines} lines of older messages, quoted in the message that is answered, were not read"
        ),
    })
}

fn attached(names: &[String]) -> Option<Finding> {
    let count = names.len();
    (count > 0).then(|| Finding {
        kind: FindingKind::Attachments,
        page: None,
        detail: format!(
            "the e-mail carries {count} attachments, each is a document of its own: {}",
            names.join(", ")
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::without_quote_marks;

    #[test]
    fn the_newest_message_that_names_money_is_read_and_older_ones_are_counted() {
        let cases = [
            // "Agreed." answers the deal: the deal is read, what was said before it is not.
            (
                "Agreed.\n> - Set-up: $2,200 once.\n> - Support: $90 a month.\n>> first idea: $3,000\n",
                ("Agreed.\n- Set-up: $2,200 once.\n- Support: $90 a month.\n", 1),
            ),
            // The deal itself, over the talk before it.
            (
                "Retainer: EUR 1,150 a month.\nHours above: EUR 88.\n\n> EUR 1,400 a month is more than we planned.\n",
                ("Retainer: EUR 1,150 a month.\nHours above: EUR 88.\n\n", 1),
            ),
            // Answers between the lines need both, and so does thanks over the deal.
            (
                "On Monday Bo wrote:\n> What is the fee?\nThe fee is $1,200.\n> And support at $300?\nYes, $300.\n",
                (
                    "On Monday Bo wrote:\nWhat is the fee?\nThe fee is $1,200.\nAnd support at $300?\nYes, $300.\n",
                    0,
                ),
            ),
            (
                "Agreed, and thanks for the $50.\n> Hosting: $400.\n> Support: $90.\n",
                (
                    "Agreed, and thanks for the $50.\nHosting: $400.\nSupport: $90.\n",
                    0,
                ),
            ),
            // Nothing is quoted here.
            (
                "> 500 users: $8 per user\nThat is all.\n",
                ("> 500 users: $8 per user\nThat is all.\n", 0),
            ),
            ("Thanks.\n> See you.\n", ("Thanks.\nSee you.\n", 0)),
        ];
        for (text, (kept, left_out)) in cases {
            assert_eq!(without_quote_marks(text), (kept.to_owned(), left_out), "{text}");
        }
    }
}
