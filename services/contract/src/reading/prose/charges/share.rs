//! Percentages that are shares of money: what they are of, how it is paid, and over which span it counts.

use super::{Charge, ends_base};
use crate::normal::cadence::adverb;
use crate::reading::phrases::{Period, period, says_any};
use crate::terms::{Cadence, Found, Kind};

impl Charge<'_, '_> {
    /// Is the percentage one of money?
    pub(super) fn is_share(&self) -> bool {
        let of_transaction = self
            .price
            .fixed_fee
            .is_some_and(|fee| fee < rust_decimal::Decimal::TEN)
            && self.price.period.is_none();
        of_transaction && !says_any(self.reader.clause(self.at), "deduction|deductions|penalty")
            || self.base().is_some()
            || self.is_paid_share()
            || self.goes_on_from_share()
    }

    /// What a percentage is of: "of net sales", "of the gross amounts earned".
    fn base(&self) -> Option<usize> {
        const BASES: &str = "sales|revenue|revenues|receipts|proceeds|amount|amounts|volume|fees|price|usage|\
            value|spend|transactions|payments|income|turnover|profit|profits|rent|charges|\
            invoice|invoices|captured|settlement|collections|commissions|premiums|billings|cost|\
            costs|payment|transaction|sale|fee|margin|list|wholesale|ebitda|earnings|consideration|rental|rentals|royalties|\
            subscription|subscriptions|remaining|orders|assets|handle|takings|billing|receivables|savings|recoveries|principal|balances";
        const THINGS: &str = "equity|interests|ownership|requirements|units|employees|capacity|capital";
        let tokens = self.reader.tokens();
        let from = self.at.saturating_add(1);
        let of = (from..from.saturating_add(3)).find(|at| {
            tokens
                .get(*at)
                .is_some_and(|token| token.is_any("of|on|royalty|commission|fee"))
        })?;
        let rest = tokens.get(of.saturating_add(1)..)?;
        let length = rest.iter().take(11).take_while(|token| !ends_base(token)).count();
        let words = rest.get(..length)?;
        // "invoices 90% of its price": a part of a price that stands elsewhere.
        if words.first().is_some_and(|token| token.is_any("its|their"))
            && words.get(1).is_some_and(|token| token.is_any("price|prices|fee"))
        {
            return None;
        }
        let at = words.iter().position(|token| token.is_any(BASES))?;
        // "20% of the outstanding shares at their value", "50% of the tower": shares of things, not of money.
        let of_things = words.get(..at)?.iter().any(|token| token.is_any(THINGS));
        if of_things
            || words
                .iter()
                .any(|token| token.is_any("stock|shares|voting|securities|property"))
        {
            return None;
        }
        Some(of.saturating_add(1).saturating_add(at))
    }

    /// "six percent of Gross Revenues for the month", "of Net Sales in a calendar year": the span of what is shared.
    pub(super) fn span_of_base(&self) -> Found<Cadence> {
        let (_, to) = self.own_words();
        let end = to.min(self.at.saturating_add(22));
        let found = (self.at.saturating_add(1)..end).find_map(|at| Some((at, self.named_span(at)?)));
        found.map_or_else(Found::absent, |(at, cadence)| {
            self.found(cadence, at, at.saturating_add(3))
        })
    }

    /// "for the month", "in each calendar year", "during such quarter"; "of Gross Sales each week", "of monthly Net Revenue".
    fn named_span(&self, at: usize) -> Option<Cadence> {
        let tokens = self.reader.tokens();
        let behind = at.checked_sub(1).and_then(|before| tokens.get(before))?;
        let distributes = tokens.get(at)?.is_any("each|every|per");
        let qualifies = behind.is_any("of|its|the") && adverb(&tokens.get(at)?.low).is_some();
        if (distributes || qualifies)
            && let Some(found) = period(tokens, at).and_then(Period::cadence)
        {
            return Some(found);
        }
        let is = |place: usize, words: &str| {
            tokens
                .get(at.saturating_add(place))
                .is_some_and(|token| token.is_any(words))
        };
        let led = is(0, "for|of|in|during") && is(1, "the|that|such|a|each|any|every");
        let calendar = usize::from(is(2, "calendar|fiscal|preceding|prior|previous|contract|license"));
        let word = tokens.get(at.saturating_add(2).saturating_add(calendar))?;
        let span = crate::normal::duration::unit(&word.low).filter(|_| led && !word.low.ends_with('s'))?;
        let weekly = (span.unit == crate::terms::SpanUnit::Week).then_some(Cadence::Every(span));
        crate::normal::duration::months(span)
            .map(Cadence::months)
            .or(weekly)
    }

    /// "shall pay the Association 3.25% of the handle", "a commission on each Sale: six percent (6%) where …": what is paid or
    /// named a royalty is a share of money, whatever it is a share of; a share of things is not.
    fn is_paid_share(&self) -> bool {
        const THINGS: &str = "stock|shares|share|voting|securities|property|equity|interests|ownership|requirements|units|employees|\
            capacity|capital|time|hours|space|votes|requirement|advance|commitment|minimum|deposit|personnel|systems|subscribers|discount|customers|products|vans|calls|tests";
        let tokens = self.reader.tokens();
        let (from, to) = self.own_words();
        let (clause, _) = crate::reading::roles::clause(tokens, self.at);
        let before = tokens.get(clause.min(from)..self.at).unwrap_or_default();
        let end = self.at.saturating_add(self.price.length);
        let after = tokens.get(end..to.min(end.saturating_add(8))).unwrap_or_default();
        let of = after.iter().take(3).any(|token| token.is_any("of|on"));
        let things = after.iter().any(|token| token.is_any(THINGS));
        let royalty = says_any(
            before,
            "royalty on|royalties on|royalty upon|commission on|commissions on|commission upon|royalty of|commission of",
        );
        let pays = says_any(
            before,
            "shall pay|will pay|pays|agrees to pay|shall remit|will remit|shall receive|will receive|receives|is entitled to|retains|\
             keeps|shall retain|will retain|shall earn|earns|shall be entitled to|remits|shall owe",
        );
        !things && (of && pays || royalty)
    }

    /// "3.25% of the handle on live days and 2.75% on dark days": the same share at another rate.
    fn goes_on_from_share(&self) -> bool {
        let tokens = self.reader.tokens();
        let before = tokens.get(..self.at).unwrap_or_default();
        let joined = before
            .last()
            .is_some_and(|token| token.is_any("and|or|only|by") || token.is_mark(',') || token.is_mark(';'));
        let shares = self
            .reader
            .items
            .iter()
            .any(|item| item.line.kind == Kind::Percentage);
        let next = tokens.get(self.at.saturating_add(1));
        let on =
            next.is_some_and(|next| next.is_any("on|where|for|if|when|thereafter|elsewhere|of|in|during"));
        joined && shares && on && tokens.get(self.at).is_some_and(|token| token.percent().is_some())
    }
}
