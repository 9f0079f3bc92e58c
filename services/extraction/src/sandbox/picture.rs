//! Drawing one page of a PDF, in the child.
#![expect(
    clippy::float_arithmetic,
    reason = "how large a page is drawn; no number of a contract passes here"
)]

use std::panic::{AssertUnwindSafe, catch_unwind};

use contract::file::{Limits, ReadError};
use hayro::hayro_interpret::InterpreterSettings;
use hayro::hayro_syntax::Pdf;
use hayro::hayro_syntax::page::Page;
use hayro::vello_cpu::color::palette::css::WHITE;
use hayro::{PixmapSettings, RenderCache, RenderSettings, render};

/// Pixels: a page that is very large, or very much higher than wide, is drawn smaller.
const HIGHEST: f32 = 8_000.0;

/// How large a page is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Size {
    /// So many pixels across.
    Across(u32),
    /// As recognisers like it.
    ForRecognition,
}

/// Dots to the inch at which recognisers read best.
pub(super) const RECOGNITION_DPI: &str = "300";
/// The same as pixels to the point.
const RECOGNITION_SCALE: f32 = 300.0 / 72.0;

/// A PNG of a page.
pub(super) fn draw(bytes: Vec<u8>, limits: &Limits, page: u32, size: Size) -> Result<Vec<u8>, ReadError> {
    contract::file::recognise(&bytes, limits)?;
    // The renderer is young and may panic on a damaged file.
    let drawn = catch_unwind(AssertUnwindSafe(|| {
        let pdf = Pdf::new(bytes).ok()?;
        let pages = pdf.pages();
        let index = usize::try_from(page).ok()?.checked_sub(1)?;
        picture(pages.get(index)?, size)
    }));
    drawn.ok().flatten().ok_or_else(|| ReadError::Damaged {
        detail: format!("page {page} cannot be drawn"),
    })
}

fn picture(page: &Page<'_>, size: Size) -> Option<Vec<u8>> {
    let (across, down) = page.render_dimensions();
    let wished = match size {
        // Half a pixel more, because what is left of a pixel is cut off.
        Size::Across(width) => (f32::from(u16::try_from(width).ok()?) + 0.5) / across,
        Size::ForRecognition => RECOGNITION_SCALE.min(HIGHEST / across),
    };
    let scale = wished.min(HIGHEST / down);
    if !scale.is_finite() || scale <= 0.0 {
        return None;
    }
    let size = PixmapSettings {
        x_scale: scale,
        y_scale: scale,
        bg_color: WHITE,
    };
    let (interpreter, renderer) = (InterpreterSettings::default(), RenderSettings::default());
    let picture = render(page, &RenderCache::new(), &interpreter, &renderer, &size);
    picture.into_png().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONTRACT: &[u8] = include_bytes!("../../../../samples/01-subscription/contract.pdf");

    #[test]
    fn a_page_is_as_wide_as_asked_for() {
        let png = draw(CONTRACT.to_vec(), &Limits::default(), 1, Size::Across(400)).unwrap();
        let number = |at: usize| u32::from_be_bytes(png[at..at + 4].try_into().unwrap());
        let (width, height) = (number(16), number(20));
        assert_eq!(width, 400);
        assert!(height > width, "{width} x {height}");
        assert!(
            png.len() > 4_000,
            "an empty page would be smaller than {} bytes",
            png.len()
        );
    }

    #[test]
    fn for_a_recogniser_a_page_is_drawn_at_three_hundred_dots_to_the_inch() {
        let png = draw(CONTRACT.to_vec(), &Limits::default(), 1, Size::ForRecognition).unwrap();
        let width = u32::from_be_bytes(png[16..20].try_into().unwrap());
        assert!(
            [2479, 2480, 2549, 2550].contains(&width),
            "{width} pixels across A4 or US Letter"
        );
    }

    #[test]
    fn what_cannot_be_drawn_is_refused_by_name() {
        let limits = Limits::default();
        for (bytes, page) in [
            (CONTRACT.to_vec(), 0),
            (CONTRACT.to_vec(), 99),
            (CONTRACT[..2_000].to_vec(), 1),
            (b"Order form, 12 months at 100.00 a month".to_vec(), 1),
        ] {
            let refused = draw(bytes, &limits, page, Size::Across(400));
            assert!(matches!(refused, Err(ReadError::Damaged { .. })), "{refused:?}");
        }
    }
}
