//! Text that runs sideways: every direction is turned upright before words and lines are made, and turned back after.

use crate::page::BBox;

/// The direction in which text runs on the page as seen, rotation of the page applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Turn {
    /// Left to right.
    Upright,
    /// Top to bottom.
    Down,
    /// Upside down.
    Over,
    /// Bottom to top.
    Up,
    /// At an angle, as watermarks are.
    Oblique,
}

impl Turn {
    /// The box as it would stand if the text ran left to right. Oblique text keeps its upright box.
    pub(super) fn upright(self, at: BBox) -> BBox {
        match self {
            Self::Upright | Self::Oblique => at,
            Self::Down => BBox {
                left: at.top,
                top: -at.right,
                right: at.bottom,
                bottom: -at.left,
            },
            Self::Over => BBox {
                left: -at.right,
                top: -at.bottom,
                right: -at.left,
                bottom: -at.top,
            },
            Self::Up => BBox {
                left: -at.bottom,
                top: at.left,
                right: -at.top,
                bottom: at.right,
            },
        }
    }

    /// The inverse of [`Turn::upright`].
    pub(super) fn back(self, at: BBox) -> BBox {
        match self {
            Self::Upright | Self::Oblique => at,
            Self::Down => BBox {
                left: -at.bottom,
                top: at.left,
                right: -at.top,
                bottom: at.right,
            },
            Self::Over => BBox {
                left: -at.right,
                top: -at.bottom,
                right: -at.left,
                bottom: -at.top,
            },
            Self::Up => BBox {
                left: at.top,
                top: -at.right,
                right: at.bottom,
                bottom: -at.left,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn turning_there_and_back_changes_nothing() {
        let at = BBox {
            left: 10,
            top: 20,
            right: 70,
            bottom: 32,
        };
        for turn in [Turn::Upright, Turn::Down, Turn::Over, Turn::Up, Turn::Oblique] {
            assert_eq!(turn.back(turn.upright(at)), at, "{turn:?}");
        }
    }

    #[test]
    fn text_running_up_the_page_reads_from_its_lower_end() {
        let lower = Turn::Up.upright(BBox {
            left: 5,
            top: 80,
            right: 15,
            bottom: 90,
        });
        let upper = Turn::Up.upright(BBox {
            left: 5,
            top: 40,
            right: 15,
            bottom: 50,
        });
        assert!(lower.right <= upper.left);
    }
}
