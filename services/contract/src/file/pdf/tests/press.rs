//! Prints small PDFs for the tests.

use lopdf::{Dictionary, Document, Object, ObjectId, Stream, dictionary};

/// A PDF in the making: US Letter pages, Helvetica as /F1 and Courier as /F2.
pub(in crate::file) struct Press {
    pdf: Document,
    tree: ObjectId,
    resources: ObjectId,
    pages: Vec<Object>,
}

impl Press {
    pub(in crate::file) fn new() -> Self {
        let mut pdf = Document::with_version("1.7");
        let tree = pdf.new_object_id();
        let font = |name: &str| dictionary! { "Type" => "Font", "Subtype" => "Type1", "BaseFont" => name, "Encoding" => "WinAnsiEncoding" };
        let (sans, mono) = (pdf.add_object(font("Helvetica")), pdf.add_object(font("Courier")));
        let resources = pdf.add_object(dictionary! { "Font" => dictionary! { "F1" => sans, "F2" => mono } });
        Self {
            pdf,
            tree,
            resources,
            pages: Vec::new(),
        }
    }

    /// Adds a page with that content and those further entries.
    pub(in crate::file) fn page(mut self, content: &str, entries: Dictionary) -> Self {
        let content = self
            .pdf
            .add_object(Stream::new(Dictionary::new(), content.as_bytes().to_vec()));
        let mut page = dictionary! {
            "Type" => "Page",
            "Parent" => self.tree,
            "MediaBox" => vec![0.into(), 0.into(), 612.into(), 792.into()],
            "Resources" => self.resources,
            "Contents" => content,
        };
        entries.into_iter().for_each(|(key, value)| page.set(key, value));
        let page = self.pdf.add_object(page);
        self.pages.push(page.into());
        self
    }

    /// A one-page file whose content is packed.
    pub(in crate::file) fn packed(mut self, content: &[u8]) -> Vec<u8> {
        let mut stream = Stream::new(Dictionary::new(), content.to_vec());
        stream.compress().unwrap();
        let content = self.pdf.add_object(stream);
        self.page("", dictionary! { "Contents" => content }).bytes()
    }

    /// Adds an object of its own.
    pub(in crate::file) fn object(mut self, object: impl Into<Object>) -> (Self, ObjectId) {
        let id = self.pdf.add_object(object);
        (self, id)
    }

    /// The file.
    pub(in crate::file) fn bytes(mut self) -> Vec<u8> {
        let count = i64::try_from(self.pages.len()).unwrap();
        let tree =
            dictionary! { "Type" => "Pages", "Kids" => std::mem::take(&mut self.pages), "Count" => count };
        self.pdf.objects.insert(self.tree, Object::Dictionary(tree));
        let catalog = self
            .pdf
            .add_object(dictionary! { "Type" => "Catalog", "Pages" => self.tree });
        self.pdf.trailer.set("Root", catalog);
        let mut bytes = Vec::new();
        self.pdf.save_to(&mut bytes).unwrap();
        bytes
    }
}

/// A one-page PDF.
pub(in crate::file) fn one_page(content: &str) -> Vec<u8> {
    Press::new().page(content, Dictionary::new()).bytes()
}

/// Text at a place, in points from the lower left.
pub(in crate::file) fn text(x: u32, y: u32, size: u32, text: &str) -> String {
    let text = text.replace('(', "\\(").replace(')', "\\)");
    format!("BT /F1 {size} Tf 1 0 0 1 {x} {y} Tm ({text}) Tj ET\n")
}
