//! The workbook: its sheets in order, the texts its cells share, its styles, and from when it counts days.

use super::styles::Styles;
use crate::file::archive::Archive;
use crate::file::xml::Element;
use crate::file::{ReadError, xml};

/// What all sheets share.
pub(super) struct Book {
    pub(super) sheets: Vec<Listed>,
    pub(super) texts: Vec<String>,
    pub(super) styles: Styles,
    /// Are days counted from 1904?
    pub(super) from_1904: bool,
}

/// A sheet as the workbook lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Listed {
    pub(super) name: String,
    /// The part of the file it stands in.
    pub(super) part: String,
    pub(super) hidden: bool,
}

impl Book {
    pub(super) fn read(archive: &mut Archive<'_>) -> Result<Self, ReadError> {
        let main = archive.main("xl/workbook.xml")?;
        let (folder, file) = main.rsplit_once('/').unwrap_or(("", &main));
        let root = xml::parse(&archive.required(&main)?)?;
        let relations = archive.tree(&format!("{folder}/_rels/{file}.rels"))?;
        let texts = archive.tree(&format!("{folder}/sharedStrings.xml"))?;
        let styles = archive.tree(&format!("{folder}/styles.xml"))?;
        let from_1904 = root
            .child("workbookPr")
            .and_then(|settings| settings.attribute("date1904"))
            .is_some_and(|value| matches!(value, "1" | "true"));
        Ok(Self {
            sheets: sheets(&root, relations.as_ref(), folder),
            texts: texts
                .map(|root| root.elements().map(text).collect())
                .unwrap_or_default(),
            styles: styles.map(|root| Styles::read(&root)).unwrap_or_default(),
            from_1904,
        })
    }
}

/// Work sheets; charts and dialogues have no cells.
fn sheets(root: &Element, relations: Option<&Element>, folder: &str) -> Vec<Listed> {
    let listed = root.child("sheets").into_iter().flat_map(Element::elements);
    let sheet = |sheet: &Element| {
        let id = sheet.attribute("id")?;
        let mut relations = relations?.elements();
        let relation = relations.find(|relation| relation.attribute("Id") == Some(id))?;
        let is_sheet = relation.attribute("Type")?.ends_with("/worksheet");
        let target = relation.attribute("Target")?;
        let part = match target.strip_prefix('/') {
            Some(whole) => whole.to_owned(),
            None => format!("{folder}/{target}"),
        };
        is_sheet.then(|| Listed {
            name: sheet.attribute("name").unwrap_or_default().to_owned(),
            part,
            hidden: sheet.attribute("state").is_some_and(|state| state != "visible"),
        })
    };
    listed.filter_map(sheet).collect()
}

/// The characters of a text, those that say how it is pronounced left out.
pub(super) fn text(element: &Element) -> String {
    let parts = element.elements().map(|part| match part.name.as_str() {
        "t" => part.text(),
        "r" => part.child("t").map(Element::text).unwrap_or_default(),
        _ => String::new(),
    });
    parts.collect()
}
