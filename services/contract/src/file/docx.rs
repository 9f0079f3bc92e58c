//! Office Open XML text: paragraphs with their automatic numbers, tables, notes, the final text of tracked changes.

mod body;
mod numbering;
mod styles;
mod tables;
#[cfg(test)]
mod tests;

use super::archive::Archive;
use super::flow::{self, Block};
use super::{Limits, ReadError, identity, xml};
use crate::page::{Document, Finding, FindingKind, Media};
use body::Body;

/// Reads a DOCX.
///
/// # Errors
/// Damaged, unpacking beyond the limit, or no text.
pub(super) fn read(bytes: &[u8], limits: &Limits) -> Result<Document, ReadError> {
    let mut archive = Archive::open(bytes, limits)?;
    let main = archive.main("word/document.xml")?;
    let root = xml::parse(&archive.required(&main)?)?;
    let settings = Settings::read(&mut archive)?;
    let mut body = Body::new(&settings);
    let mut blocks = furniture(&mut archive, &settings, "header")?;
    blocks.extend(
        root.child("body")
            .map(|element| body.blocks(element))
            .unwrap_or_default(),
    );
    blocks.extend(notes(&mut archive, &mut body)?);
    blocks.extend(furniture(&mut archive, &settings, "footer")?);
    let findings = changes(body.changes(), comments(&mut archive)?);
    let document = flow::document(
        identity(bytes),
        Media::Docx,
        title(&mut archive)?,
        &blocks,
        findings,
    );
    flow::readable(document)
}

/// What the parts beside the text say about it.
struct Settings {
    styles: styles::Styles,
    numbering: numbering::Numbering,
}

impl Settings {
    fn read(archive: &mut Archive<'_>) -> Result<Self, ReadError> {
        let styles = archive
            .tree("word/styles.xml")?
            .map(|root| styles::Styles::read(&root))
            .unwrap_or_default();
        let numbering = archive
            .tree("word/numbering.xml")?
            .map(|root| numbering::Numbering::read(&root))
            .unwrap_or_default();
        Ok(Self { styles, numbering })
    }
}

/// Running heads and feet, each text once.
fn furniture(archive: &mut Archive<'_>, settings: &Settings, kind: &str) -> Result<Vec<Block>, ReadError> {
    let mut lines: Vec<Block> = Vec::new();
    for name in archive.names(&format!("word/{kind}")) {
        let Some(root) = archive.tree(&name)? else {
            continue;
        };
        for block in Body::new(settings).blocks(&root) {
            if let Block::Paragraph(pieces) = block {
                let line = Block::Furniture(pieces);
                if !lines.contains(&line) {
                    lines.push(line);
                }
            }
        }
    }
    Ok(lines)
}

/// Foot and end notes in the order in which the text refers to them: they change prices, so they are text.
fn notes(archive: &mut Archive<'_>, body: &mut Body<'_>) -> Result<Vec<Block>, ReadError> {
    let mut blocks = Vec::new();
    for (part, element) in [
        ("word/footnotes.xml", "footnote"),
        ("word/endnotes.xml", "endnote"),
    ] {
        if let Some(root) = archive.tree(part)? {
            blocks.extend(body.notes(&root, element));
        }
    }
    Ok(blocks)
}

fn comments(archive: &mut Archive<'_>) -> Result<usize, ReadError> {
    let root = archive.tree("word/comments.xml")?;
    Ok(root.map_or(0, |root| {
        root.elements()
            .filter(|element| element.name == "comment")
            .count()
    }))
}

fn changes(tracked: usize, comments: usize) -> Vec<Finding> {
    if tracked == 0 && comments == 0 {
        return Vec::new();
    }
    let detail = format!(
        "the document carries {tracked} tracked changes and {comments} comments: the text with all changes accepted was read, comments were not"
    );
    vec![Finding {
        kind: FindingKind::TrackedChanges,
        page: None,
        detail,
    }]
}

fn title(archive: &mut Archive<'_>) -> Result<Option<String>, ReadError> {
    let root = archive.tree("docProps/core.xml")?;
    let title = root
        .and_then(|root| root.child("title").map(xml::Element::text))
        .unwrap_or_default();
    let title: String = title
        .trim()
        .chars()
        .filter(|c| !c.is_control())
        .take(300)
        .collect();
    Ok((!title.is_empty()).then_some(title))
}
