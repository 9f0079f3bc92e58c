//! What a page draws, in the order it draws it: glyphs with colour and clip, filled areas, thin rules, pictures.
#![expect(
    clippy::float_arithmetic,
    reason = "page geometry; it leaves this module as hundredths of a point, never as money"
)]

mod device;
mod figures;

use std::panic::{AssertUnwindSafe, catch_unwind};

use hayro_interpret::hayro_syntax::page::Page as PdfPage;
use hayro_interpret::hayro_syntax::{LoadPdfError, Pdf};
use hayro_interpret::kurbo::Rect;
use hayro_interpret::{
    Context, InterpreterCache, InterpreterSettings, RenderContent, TransformExt, interpret_page,
};

use super::super::{Limits, ReadError};
use super::turn::Turn;
use crate::page::BBox;
use device::Pen;

/// Everything one page draws, in hundredths of a point, origin top left, rotation and crop applied.
#[derive(Debug, Default)]
pub(super) struct PageInk {
    /// Width of the page as seen.
    pub(super) width: i32,
    /// Height of the page as seen.
    pub(super) height: i32,
    /// Glyphs in drawing order.
    pub(super) glyphs: Vec<Glyph>,
    /// Areas filled with one colour.
    pub(super) fills: Vec<Fill>,
    /// Thin horizontal and vertical lines, stroked or filled.
    pub(super) rules: Vec<BBox>,
    /// Pictures.
    pub(super) pictures: Vec<Picture>,
    /// Figures whose drawn shape cannot be the figure that the font says.
    pub(super) false_figures: usize,
    /// The page's drawing could not be followed to its end.
    pub(super) broken: bool,
}

/// One glyph.
#[derive(Debug, Clone)]
pub(super) struct Glyph {
    /// The characters it stands for; `None` where the font does not say.
    pub(super) text: Option<String>,
    /// From its origin to its advance, and from descent to ascent.
    pub(super) at: BBox,
    /// Where it stands on its line, in the upright frame of `turn`.
    pub(super) baseline: i32,
    /// Font size as seen.
    pub(super) size: i32,
    /// Direction of its text.
    pub(super) turn: Turn,
    /// Position in drawing order, shared with fills and pictures.
    pub(super) order: u32,
    /// Glyphs drawn by one operator share a run.
    pub(super) run: u32,
    /// Its colour.
    pub(super) colour: Colour,
    /// Drawn in a mode that leaves no ink.
    pub(super) inkless: bool,
    /// What may be seen of the page where it is drawn.
    pub(super) clip: Option<BBox>,
    /// Drawn by an annotation or a form field over the page.
    pub(super) annotation: bool,
}

/// A colour as mixed on the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Colour {
    /// Red, green, blue and opacity, each 0 to 255.
    Plain([u8; 4]),
    /// A pattern or shading: what it looks like is not known here.
    Pattern,
}

/// A filled rectangle, or the box of another filled shape.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fill {
    /// Its box.
    pub(super) at: BBox,
    /// Its colour.
    pub(super) colour: Colour,
    /// Does it fill its whole box?
    pub(super) whole: bool,
    /// Position in drawing order.
    pub(super) order: u32,
}

/// A picture.
#[derive(Debug, Clone, Copy)]
pub(super) struct Picture {
    /// Its box.
    pub(super) at: BBox,
    /// Has it no transparency?
    pub(super) opaque: bool,
    /// Position in drawing order.
    pub(super) order: u32,
}

/// The ink of every page.
///
/// # Errors
/// Encrypted, damaged or too many pages.
pub(super) fn pages(bytes: &[u8], limits: &Limits) -> Result<Vec<PageInk>, ReadError> {
    let pdf = open(bytes)?;
    let pages = pdf.pages();
    if pages.len() > limits.pages {
        return Err(ReadError::TooManyPages {
            pages: pages.len(),
            limit: limits.pages,
        });
    }
    let cache = InterpreterCache::new();
    Ok(pages.iter().map(|page| draw(page, &pdf, &cache)).collect())
}

/// The interpreter is young and may panic on a damaged file; a panic here is the file's damage, not ours to die of.
fn open(bytes: &[u8]) -> Result<Pdf, ReadError> {
    let opened = catch_unwind(|| Pdf::new(bytes.to_vec()));
    match opened {
        Ok(Ok(pdf)) => Ok(pdf),
        Ok(Err(LoadPdfError::Decryption(_))) => Err(ReadError::Encrypted),
        Ok(Err(LoadPdfError::Invalid)) => Err(ReadError::Damaged {
            detail: String::from("its table of objects cannot be followed"),
        }),
        Err(_) => Err(ReadError::Damaged {
            detail: String::from("its structure breaks the reader"),
        }),
    }
}

/// A page that panics half way keeps what it drew until then and is marked broken.
fn draw<'a>(page: &PdfPage<'a>, pdf: &'a Pdf, cache: &InterpreterCache<'a>) -> PageInk {
    let (width, height) = page.render_dimensions();
    let (width, height) = (f64::from(width), f64::from(height));
    let mut pen = Pen::new(hundredths(width), hundredths(height));
    let bounds = Rect::new(0.0, 0.0, width, height);
    let start = page.initial_transform(true).to_kurbo();
    let drawn = catch_unwind(AssertUnwindSafe(|| {
        for part in [RenderContent::PAGE, RenderContent::ANNOTATIONS] {
            let settings = InterpreterSettings {
                render_content: part,
                ..InterpreterSettings::default()
            };
            let mut context = Context::new(start, bounds, cache, pdf.xref(), settings);
            pen.annotates = part == RenderContent::ANNOTATIONS;
            interpret_page(page, &mut context, &mut pen);
        }
    }));
    let mut ink = pen.ink;
    ink.broken = drawn.is_err();
    ink
}

/// Points to hundredths of a point, held to a range in which sums of coordinates cannot overflow.
#[expect(clippy::cast_possible_truncation, reason = "clamped first; a NaN becomes 0")]
fn hundredths(points: f64) -> i32 {
    (points * 100.0).round().clamp(-10_000_000.0, 10_000_000.0) as i32
}

fn bbox(area: Rect) -> BBox {
    BBox {
        left: hundredths(area.x0.min(area.x1)),
        top: hundredths(area.y0.min(area.y1)),
        right: hundredths(area.x0.max(area.x1)),
        bottom: hundredths(area.y0.max(area.y1)),
    }
}
