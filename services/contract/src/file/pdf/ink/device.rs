//! The pen that the interpreter draws with: it keeps what was drawn instead of drawing it.

use std::collections::HashMap;

use hayro_interpret::font::{Glyph as PdfGlyph, GlyphRun, PositionedGlyph};
use hayro_interpret::hayro_cmap::BfString;
use hayro_interpret::kurbo::{Affine, BezPath, PathEl, Point, Rect, Shape, Vec2};
use hayro_interpret::{
    BlendMode, ClipPath, Device, DrawMode, DrawProps, Image, ImageDrawProps, Paint, SoftMask,
};

use super::{Colour, Fill, Glyph, PageInk, Picture, bbox, figures, hundredths};
use crate::file::pdf::turn::Turn;
use crate::page::BBox;

/// A filled or stroked shape thinner than this is a rule of a table or an underline.
const RULE_THICKNESS: i32 = 250;
/// A rule shorter than this is a dash or a bullet.
const RULE_LENGTH: i32 = 800;
/// A page that draws more shapes than this is a drawing; its further shapes say nothing about text.
const SHAPES: usize = 20_000;
/// A page with more glyphs than this is no page of a contract; the rest is not kept, and the page counts as broken.
const GLYPHS: usize = 200_000;
/// Glyph space has 1000 units to the em.
const EM: f64 = 1000.0;
/// Tangent of the angle beyond which text is oblique.
const SLANT: f64 = 0.1;

/// Collects a page's ink.
pub(super) struct Pen {
    pub(super) ink: PageInk,
    clips: Vec<Option<BBox>>,
    opacity: Vec<f32>,
    order: u32,
    run: u32,
    /// Is it drawing annotations?
    pub(super) annotates: bool,
    /// Figures whose shape was looked at, and whether it fits.
    figures: HashMap<(u128, char), bool>,
}

impl Pen {
    pub(super) fn new(width: i32, height: i32) -> Self {
        let ink = PageInk {
            width,
            height,
            ..PageInk::default()
        };
        Self {
            ink,
            clips: Vec::new(),
            opacity: Vec::new(),
            order: 0,
            run: 0,
            annotates: false,
            figures: HashMap::new(),
        }
    }

    fn next_order(&mut self) -> u32 {
        self.order = self.order.saturating_add(1);
        self.order
    }

    fn colour(&self, paint: &Paint<'_>) -> Colour {
        match paint {
            Paint::Color(color) => {
                let [red, green, blue, alpha] = color.to_rgba().to_rgba8();
                let group: f32 = self.opacity.iter().product();
                Colour::Plain([red, green, blue, faded(alpha, group)])
            }
            Paint::Pattern(_) => Colour::Pattern,
        }
    }

    fn glyph(&mut self, glyph: &PositionedGlyph<'_>, props: &DrawProps<'_>, inkless: bool) {
        if self.ink.glyphs.len() >= GLYPHS {
            self.ink.broken = true;
            return;
        }
        let placed = Placed::new(props.transform * glyph.transform(), advance(glyph));
        if !inkless {
            self.check_figure(glyph);
        }
        let order = self.next_order();
        self.ink.glyphs.push(Glyph {
            text: characters(glyph),
            at: placed.at,
            baseline: placed.baseline,
            size: placed.size,
            turn: placed.turn,
            order,
            run: self.run,
            colour: self.colour(&props.paint),
            inkless,
            clip: self.clips.last().copied().flatten(),
            annotation: self.annotates,
        });
    }

    /// Looks at the shape of a figure once per font.
    fn check_figure(&mut self, glyph: &PositionedGlyph<'_>) {
        let (PdfGlyph::Outline(outline), Some(BfString::Char(figure))) = (&**glyph, glyph.as_unicode())
        else {
            return;
        };
        if !figure.is_ascii_digit() {
            return;
        }
        let key = (outline.identifier().cache_key(), figure);
        let fits = *self
            .figures
            .entry(key)
            .or_insert_with(|| figures::could_be(figure, &outline.outline()));
        self.ink.false_figures = self.ink.false_figures.saturating_add(usize::from(!fits));
    }

    /// A filled shape covers what lies under it; a thin one is a rule.
    fn fill(&mut self, path: &BezPath, colour: Colour) {
        let area = path.bounding_box();
        let at = self.clipped(bbox(area));
        if is_rule(at) {
            self.ink.rules.push(at);
        }
        let whole = path.area().abs() > area.area() * 0.98;
        let order = self.next_order();
        self.ink.fills.push(Fill {
            at,
            colour,
            whole,
            order,
        });
    }

    fn stroke(&mut self, path: &BezPath) {
        let mut last = Point::ZERO;
        let mut start = Point::ZERO;
        for element in path.elements() {
            let end = match *element {
                PathEl::MoveTo(to) => {
                    start = to;
                    last = to;
                    continue;
                }
                PathEl::LineTo(to) => to,
                PathEl::QuadTo(_, to) | PathEl::CurveTo(_, _, to) => {
                    last = to;
                    continue;
                }
                PathEl::ClosePath => start,
            };
            self.rule(last, end);
            last = end;
        }
    }

    fn rule(&mut self, from: Point, to: Point) {
        let at = self.clipped(bbox(Rect::from_points(from, to)));
        if is_rule(at) && self.ink.rules.len() < SHAPES {
            self.ink.rules.push(at);
        }
    }

    fn clipped(&self, at: BBox) -> BBox {
        self.clips
            .last()
            .copied()
            .flatten()
            .map_or(at, |clip| at.within(clip))
    }

    fn clip(&mut self, area: Rect) {
        let inner = self.clipped(bbox(area));
        self.clips.push(Some(inner));
    }

    fn shape(&mut self, path: &BezPath, props: &DrawProps<'_>, mode: &DrawMode) {
        if self.ink.fills.len() >= SHAPES {
            return;
        }
        let path = props.transform * path.clone();
        let colour = self.colour(&props.paint);
        match mode {
            DrawMode::Fill(_) => self.fill(&path, colour),
            DrawMode::Stroke(_) => self.stroke(&path),
            DrawMode::FillAndStroke(_, _) => {
                self.fill(&path, colour);
                self.stroke(&path);
            }
            DrawMode::Invisible => {}
        }
    }
}

impl<'a> Device<'a> for Pen {
    fn draw_path(&mut self, path: &BezPath, props: DrawProps<'a>, draw_mode: &DrawMode) {
        self.shape(path, &props, draw_mode);
    }

    fn push_clip_path(&mut self, clip_path: &ClipPath) {
        self.clip(clip_path.path.bounding_box());
    }

    fn push_transparency_group(&mut self, opacity: f32, _: Option<SoftMask<'a>>, _: BlendMode) {
        self.opacity.push(opacity);
    }

    /// Text that is filled and stroked arrives twice; the second run draws over the first and says nothing new.
    fn draw_glyph_run(&mut self, glyph_run: &GlyphRun<'_, 'a>, props: DrawProps<'a>, draw_mode: &DrawMode) {
        self.run = self.run.saturating_add(1);
        let inkless = matches!(draw_mode, DrawMode::Invisible);
        for glyph in glyph_run.glyphs() {
            self.glyph(glyph, &props, inkless);
        }
    }

    fn draw_image(&mut self, image: Image<'a, '_>, props: ImageDrawProps<'a>) {
        let at = self.clipped(bbox(
            props.transform.transform_rect_bbox(Rect::new(0.0, 0.0, 1.0, 1.0)),
        ));
        let opaque = props.soft_mask.is_none() && props.blend_mode == BlendMode::Normal && is_opaque(&image);
        let order = self.next_order();
        if self.ink.pictures.len() < SHAPES {
            self.ink.pictures.push(Picture { at, opaque, order });
        }
    }

    fn pop_clip(&mut self) {
        self.clips.pop();
    }

    fn pop_transparency_group(&mut self) {
        self.opacity.pop();
    }
}

/// Where one glyph stands.
struct Placed {
    at: BBox,
    baseline: i32,
    size: i32,
    turn: Turn,
}

impl Placed {
    /// `advance` is in glyph space. The transform may stretch a substitute font's outline sideways, so the width of
    /// the box is the advance at the glyph's height, which no stretching touches.
    fn new(transform: Affine, advance: f64) -> Self {
        let [xx, xy, yx, yy, x, y] = transform.as_coeffs();
        let along = unit(Vec2::new(xx, xy));
        let up = Vec2::new(yx, yy);
        let em = up.hypot() * EM;
        let (origin, up) = (Vec2::new(x, y), unit(up));
        let end = origin + along * (advance / EM * em);
        let (low, high) = (up * (-0.22 * em), up * (0.78 * em));
        let corners = [origin + low, origin + high, end + low, end + high];
        let area = corners
            .iter()
            .fold(Rect::from_points(corner(origin), corner(end)), |area, at| {
                area.union_pt(corner(*at))
            });
        let turn = direction(along);
        let at = bbox(area);
        let foot = turn.upright(bbox(Rect::from_points(corner(origin), corner(origin))));
        Self {
            at,
            baseline: foot.bottom,
            size: hundredths(em),
            turn,
        }
    }
}

fn corner(at: Vec2) -> Point {
    at.to_point()
}

fn unit(direction: Vec2) -> Vec2 {
    let length = direction.hypot();
    if length > 0.0 {
        direction / length
    } else {
        Vec2::ZERO
    }
}

fn direction(along: Vec2) -> Turn {
    match (along.x, along.y) {
        (x, y) if y.abs() <= SLANT * x.abs() => {
            if x >= 0.0 {
                Turn::Upright
            } else {
                Turn::Over
            }
        }
        (x, y) if x.abs() <= SLANT * y.abs() => {
            if y >= 0.0 {
                Turn::Down
            } else {
                Turn::Up
            }
        }
        _ => Turn::Oblique,
    }
}

fn advance(glyph: &PositionedGlyph<'_>) -> f64 {
    let width = match &**glyph {
        PdfGlyph::Outline(outline) => outline.advance_width(),
        PdfGlyph::Type3(drawn) => drawn.advance_width(),
    };
    f64::from(width.unwrap_or(500.0))
}

fn characters(glyph: &PositionedGlyph<'_>) -> Option<String> {
    match glyph.as_unicode()? {
        BfString::Char(single) => Some(single.to_string()),
        BfString::String(several) => Some(several),
    }
}

fn is_rule(at: BBox) -> bool {
    let (thin, long) = (at.width().min(at.height()), at.width().max(at.height()));
    thin <= RULE_THICKNESS && long >= RULE_LENGTH
}

/// A picture with a mask, and a stencil, let the page show through.
fn is_opaque(image: &Image<'_, '_>) -> bool {
    match image {
        Image::Stencil(_) => false,
        Image::Raster(raster) => {
            let dict = raster.stream().dict();
            !dict.contains_key("SMask") && !dict.contains_key("Mask")
        }
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to the range of a byte first"
)]
fn faded(alpha: u8, group: f32) -> u8 {
    (f32::from(alpha) * group).round().clamp(0.0, 255.0) as u8
}
