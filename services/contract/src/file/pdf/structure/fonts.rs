//! Do the fonts say themselves which characters they draw?

use lopdf::{Dictionary, Document, Object};

/// Encodings whose every code has one meaning, the same for every reader.
const KNOWN: [&[u8]; 3] = [b"WinAnsiEncoding", b"MacRomanEncoding", b"StandardEncoding"];

/// Has every font a map of its own from codes to characters, or an encoding that every reader knows? Then two engines
/// look up the same table, and asking the second one tells nothing new.
pub(super) fn speak_for_themselves(pdf: &Document) -> bool {
    let mut found = Vec::new();
    pdf.objects
        .values()
        .for_each(|object| fonts_in(object, DEEPEST, &mut found));
    found.iter().all(|font| speaks(pdf, font))
}

/// A font may be written right into the resources that name it.
const DEEPEST: usize = 6;

fn fonts_in<'d>(object: &'d Object, depth: usize, found: &mut Vec<&'d Dictionary>) {
    let dict = match object {
        Object::Dictionary(dict) => dict,
        Object::Stream(stream) => &stream.dict,
        _ => return,
    };
    if dict.has_type(b"Font") && !is_descendant(dict) {
        found.push(dict);
    }
    if let Some(rest) = depth.checked_sub(1) {
        dict.iter().for_each(|(_, inner)| fonts_in(inner, rest, found));
    }
}

/// The inner font of a composite one: its outer font says what its codes mean.
fn is_descendant(font: &Dictionary) -> bool {
    let subtype = font.get(b"Subtype").and_then(Object::as_name).unwrap_or_default();
    subtype.starts_with(b"CIDFont")
}

fn speaks(pdf: &Document, font: &Dictionary) -> bool {
    // Glyphs of a Type 3 font are drawings; what they show is for two engines to agree on.
    let drawn = font
        .get(b"Subtype")
        .and_then(Object::as_name)
        .is_ok_and(|subtype| subtype == b"Type3");
    if drawn {
        return false;
    }
    if font.has(b"ToUnicode") {
        return true;
    }
    let encoding = font.get(b"Encoding").ok().and_then(|encoding| match encoding {
        Object::Reference(id) => pdf.get_object(*id).ok(),
        other => Some(other),
    });
    encoding
        .and_then(|encoding| encoding.as_name().ok())
        .is_some_and(|name| KNOWN.contains(&name))
}
