//! Rows whose price cell holds no price: credits drawn, prices at cost, elsewhere, withheld or left to later.

use super::row::RowReader;
use crate::flag::Code;
use crate::reading::items::{Doubt, Item, found};
use crate::reading::tables::cells::{Instead, instead};
use crate::reading::tables::columns::Column;
use crate::reading::tokens::Stretch;
use crate::terms::{Credits, Found, Kind, LineItem, Mark};

impl RowReader<'_, '_> {
    /// The item of a row without a price, where it is charged all the same.
    pub(super) fn without_price(&self, cell: &Stretch) -> Option<Item> {
        if cell.tokens.is_empty() || self.place.columns.get(self.column) == Some(&Column::ListPrice) {
            return None;
        }
        if let Some(item) = self.credits(cell) {
            return Some(item);
        }
        let mut line = LineItem::new("", Kind::Usage, self.row_name(), self.evidence());
        let printed = cell.printed(0, cell.tokens.len());
        let mut doubt = None;
        match instead(cell) {
            Instead::Free | Instead::Nothing => return None,
            Instead::AtCost => line.marks.push(Mark::PassThrough),
            Instead::Withheld { blank } => {
                line.price.amount = Found::withheld(printed, self.evidence());
                line.missing = Some(String::from(if blank { "left blank" } else { "redacted" }));
            }
            Instead::Elsewhere => {
                line.missing = Some(printed);
                doubt = Some(Doubt::new(
                    Code::ExternalPriceList,
                    "/price",
                    "The price of this line stands in another document.",
                    "Add that document, or enter the price.",
                    self.evidence(),
                ));
            }
            Instead::Later => line.missing = Some(printed),
        }
        let mut item = Item::new(line, self.place.index, self.price_words());
        item.doubts.extend(doubt);
        Some(item)
    }

    fn row_name(&self) -> String {
        let names: Vec<String> = self
            .text_cells()
            .map(|cell| cell.printed(0, cell.tokens.len()))
            .collect();
        if names.is_empty() {
            self.place.heading()
        } else {
            names.join(" ")
        }
    }

    /// "Enriched record | 5 credits": one unit draws so many prepaid credits.
    fn credits(&self, cell: &Stretch) -> Option<Item> {
        let [first, second] = cell.tokens.as_slice() else {
            return None;
        };
        let count = first.number().filter(|_| second.is_any("credit|credits"))?;
        let mut line = LineItem::new("", Kind::Usage, self.row_name(), self.evidence());
        let per_unit = found(count, cell, self.place.document, 0, 2);
        line.credits = Some(Credits {
            per_unit,
            ..Credits::default()
        });
        line.unit = self
            .text_cells()
            .last()
            .map(|cell| cell.printed(0, cell.tokens.len()).to_lowercase());
        Some(Item::new(line, self.place.index, self.price_words()))
    }
}
