//! Pictures of tables, drawn by the server as SVG: columns over time and steps. Whatever a picture shows stands in the
//! table beneath it as well. All positions are whole units of the picture; amounts stay decimals until the last moment.

mod axis;
mod steps;

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use axis::Axis;
pub(crate) use steps::{Step, steps};

/// The picture's size and the room around what is drawn, in units of its own.
const HEIGHT: u32 = 250;
const LEFT: u32 = 74;
const MARGIN: u32 = 14;
const TOP: u32 = 14;
const BOTTOM: u32 = 220;

/// What a letter takes up in the widest of the usual fonts.
const LETTER: u32 = 7;
const LARGE_LETTER: u32 = 10;

/// Colours there are; the last is for everything else.
pub(crate) const SERIES: usize = 6;

/// Room for one picture over the whole width of a page, and for one of several beside each other.
pub(crate) const WIDE: u32 = 1_200;
pub(crate) const NARROW: u32 = 590;

/// A picture with everything that describes it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Chart {
    pub(crate) width: u32,
    /// Unique on its page.
    pub(crate) id: String,
    pub(crate) title: String,
    /// What one would see, in a sentence or two.
    pub(crate) describes: String,
    pub(crate) grid: Vec<GridLine>,
    pub(crate) ticks: Vec<Tick>,
    pub(crate) bars: Vec<Bar>,
    /// Paths of a line and of the area under it.
    pub(crate) line: String,
    pub(crate) area: String,
    /// Where today is.
    pub(crate) today: Option<u32>,
    pub(crate) legend: Vec<String>,
}

/// A line across the picture at a round value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct GridLine {
    pub(crate) y: u32,
    pub(crate) label: String,
    pub(crate) zero: bool,
}

/// A word under the picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Tick {
    pub(crate) x: u32,
    pub(crate) label: String,
}

/// A part of a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Bar {
    pub(crate) x: u32,
    pub(crate) y: u32,
    pub(crate) width: u32,
    pub(crate) height: u32,
    /// Which of the legend, from 0.
    pub(crate) series: usize,
    pub(crate) title: String,
}

/// A column: what it is called, and its parts by series.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Column {
    /// Under the column, where there is room.
    pub(crate) label: String,
    /// In full, for whoever points at a part.
    pub(crate) name: String,
    pub(crate) parts: Vec<Decimal>,
}

/// What a picture says about itself.
#[derive(Debug, Clone, Copy)]
pub(crate) struct About<'a> {
    pub(crate) id: &'a str,
    pub(crate) title: &'a str,
    pub(crate) unit: &'a str,
    pub(crate) width: u32,
}

/// As wide as so many pictures on one page let each be.
pub(crate) fn width_of_each(pictures: usize) -> u32 {
    if pictures > 1 { NARROW } else { WIDE }
}

impl Chart {
    pub(crate) const HEIGHT: u32 = HEIGHT;
    pub(crate) const LEFT: u32 = LEFT;
    pub(crate) const TOP: u32 = TOP;
    pub(crate) const BOTTOM: u32 = BOTTOM;

    /// Where what is drawn ends.
    pub(crate) fn right(&self) -> u32 {
        right(self.width)
    }
}

fn right(width: u32) -> u32 {
    width.saturating_sub(MARGIN)
}

/// Columns from left to right, their parts one upon the other; what is below zero hangs below the line.
pub(crate) fn columns(about: About<'_>, columns: &[Column], legend: Vec<String>) -> Chart {
    let sums: Vec<(Decimal, Decimal)> = columns.iter().map(Column::extent).collect();
    let low = sums.iter().map(|(low, _)| *low).min().unwrap_or_default();
    let high = sums.iter().map(|(_, high)| *high).max().unwrap_or_default();
    let axis = Axis::over(low, high);
    let places = places(columns.len(), about.width);
    let drawn = columns.iter().zip(&places);
    Chart {
        width: about.width,
        id: about.id.to_owned(),
        title: about.title.to_owned(),
        describes: described(about, columns),
        grid: axis.grid(),
        ticks: ticks(columns, &places, about.width),
        bars: drawn
            .flat_map(|(column, place)| bars(column, *place, &axis, about.unit, &legend))
            .collect(),
        legend,
        ..Chart::default()
    }
}

impl Column {
    /// How far its parts reach below and above zero.
    fn extent(&self) -> (Decimal, Decimal) {
        self.parts
            .iter()
            .fold((Decimal::ZERO, Decimal::ZERO), |(low, high), part| {
                if part.is_sign_negative() {
                    (low.saturating_add(*part), high)
                } else {
                    (low, high.saturating_add(*part))
                }
            })
    }

    fn sum(&self) -> Decimal {
        self.parts
            .iter()
            .fold(Decimal::ZERO, |sum, part| sum.saturating_add(*part))
    }
}

/// Left edge and width of each column.
fn places(count: usize, width: u32) -> Vec<(u32, u32)> {
    const WIDEST: u32 = 84;
    let count = u32::try_from(count).unwrap_or(u32::MAX).max(1);
    let room = right(width).saturating_sub(LEFT);
    // Where there are more columns than units of room, some stand on each other.
    let edge = |at: u32| {
        let share = u64::from(room).saturating_mul(at.into()).div_euclid(count.into());
        LEFT.saturating_add(u32::try_from(share).unwrap_or(room))
    };
    let step = room.div_euclid(count).max(1);
    let wide = step.saturating_sub(step.div_euclid(4)).clamp(1, WIDEST);
    let left = |at: u32| edge(at).saturating_add(step.saturating_sub(wide).div_euclid(2));
    (0..count).map(|at| (left(at), wide)).collect()
}

fn bars(column: &Column, (x, width): (u32, u32), axis: &Axis, unit: &str, legend: &[String]) -> Vec<Bar> {
    let (mut up, mut down) = (Decimal::ZERO, Decimal::ZERO);
    let mut bars = Vec::new();
    for (series, part) in column.parts.iter().enumerate() {
        if part.is_zero() {
            continue;
        }
        let edge = if part.is_sign_negative() {
            &mut down
        } else {
            &mut up
        };
        let before = *edge;
        *edge = edge.saturating_add(*part);
        let (top, foot) = (axis.y(before.max(*edge)), axis.y(before.min(*edge)));
        let of = legend.get(series).filter(|_| legend.len() > 1);
        bars.push(Bar {
            x,
            y: top,
            width,
            // Whatever is not nothing can be seen.
            height: foot.saturating_sub(top).max(1),
            series: series.min(SERIES.saturating_sub(1)),
            title: titled(&column.name, of, *part, unit),
        });
    }
    bars
}

fn titled(name: &str, of: Option<&String>, amount: Decimal, unit: &str) -> String {
    let of = of.map(|of| format!(", {of}")).unwrap_or_default();
    format!(
        "{name}{of}: {} {unit}",
        crate::wording::grouped(&amount.to_string())
    )
    .trim_end()
    .to_owned()
}

/// As many labels as have room beside each other.
fn ticks(columns: &[Column], places: &[(u32, u32)], width: u32) -> Vec<Tick> {
    let widest = columns
        .iter()
        .map(|column| letters(&column.label))
        .max()
        .unwrap_or_default();
    let room = right(width).saturating_sub(LEFT);
    let fitting = room
        .div_euclid(widest.saturating_add(1).saturating_mul(LETTER))
        .max(1);
    let every = columns
        .len()
        .div_ceil(usize::try_from(fitting).unwrap_or(1))
        .max(1);
    let labelled = columns.iter().zip(places).step_by(every);
    let middle = |(column, (x, width)): (&Column, &(u32, u32))| Tick {
        x: x.saturating_add(width.div_euclid(2)),
        label: column.label.clone(),
    };
    whole(labelled.map(middle).collect(), width)
}

/// The same labels, moved in as far as they would be cut at an edge of the picture; one that its neighbour on the right
/// would cover is left out.
fn whole(ticks: Vec<Tick>, width: u32) -> Vec<Tick> {
    let mut kept: Vec<Tick> = Vec::new();
    for tick in ticks.into_iter().rev() {
        // On a small screen letters are larger, and every other label is left out.
        let edge = letters(&tick.label).saturating_mul(LARGE_LETTER).div_euclid(2);
        let x = tick.x.min(width.saturating_sub(edge)).max(edge);
        let end = x.saturating_add(half(&tick));
        if kept
            .last()
            .is_none_or(|next| end < next.x.saturating_sub(half(next)))
        {
            kept.push(Tick { x, ..tick });
        }
    }
    kept.reverse();
    kept
}

/// Half of what a label takes up.
fn half(tick: &Tick) -> u32 {
    letters(&tick.label).saturating_mul(LETTER).div_euclid(2)
}

fn letters(label: &str) -> u32 {
    u32::try_from(label.chars().count()).unwrap_or(u32::MAX)
}

fn described(about: About<'_>, columns: &[Column]) -> String {
    let (Some(first), Some(last)) = (columns.first(), columns.last()) else {
        return "There is nothing to show.".to_owned();
    };
    let highest = columns.iter().max_by_key(|column| column.sum());
    let highest = highest.map_or_else(String::new, |column| {
        titled(&column.name, None, column.sum(), about.unit)
    });
    let from = if columns.len() == 1 {
        format!("One column, {}", first.name)
    } else {
        format!("{} columns from {} to {}", columns.len(), first.name, last.name)
    };
    format!("{from}. The highest is {highest}. The table below has the figures.")
}

/// A value's share of a length; what does not fit is cut.
fn share(part: Decimal, whole: Decimal, length: u32) -> u32 {
    let scaled = part.checked_mul(Decimal::from(length));
    let share = scaled.and_then(|scaled| scaled.checked_div(whole));
    share
        .and_then(|share| share.round().to_u32())
        .unwrap_or_default()
        .min(length)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(name: &str, parts: &[&str]) -> Column {
        Column {
            label: name.to_owned(),
            name: name.to_owned(),
            parts: parts.iter().map(|part| part.parse().unwrap()).collect(),
        }
    }

    const ABOUT: About<'_> = About {
        id: "c",
        title: "Invoiced",
        unit: "USD",
        width: WIDE,
    };

    #[test]
    fn parts_stand_upon_each_other_and_credits_hang_below_the_line() {
        let drawn = columns(
            ABOUT,
            &[
                column("Jan", &["50", "50"]),
                column("Feb", &["-100", "0"]),
                column("Mar", &["0.001", "0"]),
            ],
            vec!["a".to_owned(), "b".to_owned()],
        );
        let shapes: Vec<_> = drawn
            .bars
            .iter()
            .map(|bar| (bar.y, bar.height, bar.series))
            .collect();
        let zero = drawn.grid.iter().find(|line| line.zero).unwrap().y;
        assert_eq!(shapes[0].0 + shapes[0].1, zero, "the first stands on the line");
        assert_eq!(
            shapes[1].0 + shapes[1].1,
            shapes[0].0,
            "the second upon the first"
        );
        assert_eq!(shapes[2].0, zero, "a credit hangs");
        assert_eq!(shapes[3].1, 1, "little can be seen");
        assert_eq!(drawn.bars[0].title, "Jan, a: 50 USD");
        assert!(
            drawn
                .describes
                .starts_with("3 columns from Jan to Mar. The highest is Jan: 100 USD.")
        );
    }

    #[test]
    fn no_label_is_cut_at_an_edge_or_covers_another() {
        for (count, label) in [
            (2, "Stadtwerke Fal…"),
            (50, "2026-01-15"),
            (365, "31 Dec"),
            (1, "x"),
        ] {
            for width in [WIDE, NARROW] {
                let drawn = columns(ABOUT, &vec![column(label, &["1"]); count], vec![]);
                let drawn = Chart { width, ..drawn };
                let ticks = whole(drawn.ticks, width);
                assert!(!ticks.is_empty());
                let edges: Vec<_> = ticks
                    .iter()
                    .map(|tick| (tick.x - half(tick), tick.x + half(tick)))
                    .collect();
                assert!(edges.iter().all(|(_, end)| *end <= width), "{edges:?}");
                assert!(
                    edges.is_sorted_by(|(_, end), (begin, _)| end < begin),
                    "{edges:?}"
                );
            }
        }
    }

    #[test]
    fn nothing_leaves_the_picture_however_much_there_is() {
        let many: Vec<Column> = (0..1_000).map(|at| column(&at.to_string(), &["1"])).collect();
        let largest = [
            column("x", &["79228162514264337593543950335"]),
            column("y", &["1"]),
        ];
        for columns_given in [many.as_slice(), &largest, &[]] {
            let drawn = columns(ABOUT, columns_given, vec![]);
            assert!(
                drawn
                    .bars
                    .iter()
                    .all(|bar| bar.y >= TOP && bar.y + bar.height <= BOTTOM + 1)
            );
            assert!(drawn.ticks.len() <= 60);
        }
    }
}
