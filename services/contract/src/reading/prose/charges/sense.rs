//! Which sort of charge a price in a sentence is; and what its clause says of it where the words right beside it do not.

use rust_decimal::Decimal;

use super::Charge;
use crate::flag::Code;
use crate::normal::cadence::Often;
use crate::reading::items::{Doubt, Facts, Item, is_one_time_words, kind, says_paid_once};
use crate::reading::phrases::{PerUnit, Period, noun, period, says_any};
use crate::reading::prices::Expression;
use crate::reading::tokens::Token;
use crate::terms::Kind;

impl Charge<'_, '_> {
    pub(super) fn sort(&self, facts: &Facts<'_>, price: &Expression) -> Option<Kind> {
        // "$4,200 bi-weekly" comes again, however often that is.
        if price.money.is_some()
            && !price.is_per_unit()
            && price.period.is_some_and(|found| found.often == Often::Ambiguous)
        {
            return Some(Kind::Recurring);
        }
        if price.withheld && (price.is_per_unit() || price.period.is_some()) {
            return Some(if price.is_per_unit() {
                Kind::Usage
            } else {
                Kind::Recurring
            });
        }
        if price.percent.is_some()
            && says_any(
                self.reader.clause(self.at),
                "termination charge|termination fee|cancellation fee|cancellation charge|early termination|exit fee|leave early|end early|ends early|cancel early|terminates early|if you leave",
            )
        {
            return Some(Kind::OneTime);
        }
        if self.reader.buys_credits(self.at) && price.money.is_some() && !price.is_per_unit() {
            return Some(Kind::PrepaidCredit);
        }
        let own = self.own();
        if price.money.is_some() && self.is_said_once() {
            return Some(Kind::OneTime);
        }
        let once = price.money.is_some()
            && !price.is_per_unit()
            && price.period.is_none()
            && says_paid_once(&own)
            && crate::reading::phrases::period_within(&own).is_none();
        if once {
            return Some(Kind::OneTime);
        }
        let sort = kind(facts);
        if sort == Some(Kind::OneTime)
            && says_any(facts.words, "total|aggregate|in total")
            && !says_any(facts.words, "one-time|one time|setup|set-up")
        {
            return None;
        }
        sort.or_else(|| self.reader.due_day(self.at).map(|_| Kind::OneTime))
            .or_else(|| self.is_purchase().then_some(Kind::OneTime))
    }

    /// "purchase a license copy of the software in the amount of $15,000.00".
    fn is_purchase(&self) -> bool {
        says_any(
            self.reader.clause(self.at),
            "right to purchase|option to purchase|initial payment|lump sum|license fee of|\
            licence fee of",
        )
    }

    /// "For every parcel that leaves … $1.85", "remunerate Contractor monthly with the sum of $6,450": the unit or the span
    /// stands somewhere before the amount.
    pub(super) fn complete(&self, price: &mut Expression) {
        let (from, _) = self.own_words();
        let own = self.reader.tokens().get(from..self.at).unwrap_or_default();
        let once = is_one_time_words(own) || says_paid_once(&self.own());
        if price.money.is_none() || price.per.is_some() || price.period.is_some() || once {
            return;
        }
        price.per = self
            .thousand_impressions()
            .or_else(|| self.counted_before())
            .or_else(|| self.like_the_price_before())
            .or_else(|| self.led_unit());
        if price.per.is_none() {
            price.period = self.span_before();
        }
        if price.period.is_none() {
            price.per = price.per.take().or_else(|| self.sold_thing());
        }
    }

    /// "at a CPM of $18.50": the price of a thousand impressions.
    fn thousand_impressions(&self) -> Option<PerUnit> {
        let tokens = self.reader.tokens();
        let near = tokens.get(self.at.saturating_sub(3)..self.at)?;
        near.iter().any(|token| token.is("cpm")).then(|| PerUnit {
            count: Decimal::ONE_THOUSAND,
            unit: String::from("impression"),
            length: 0,
        })
    }

    /// "Prices per pound are as follows: Grade A, thirty-one cents": the words before the colon hold for all behind it.
    fn led_unit(&self) -> Option<PerUnit> {
        let tokens = self.reader.tokens();
        let colon = tokens
            .get(..self.at)?
            .iter()
            .rposition(|token| token.is_mark(':'))?;
        let lead = tokens.get(..colon)?;
        let from = lead
            .iter()
            .rposition(|token| token.is_mark('.'))
            .map_or(0, |end| end.saturating_add(1));
        (from..colon).rev().find_map(|at| {
            let led = lead.get(at)?.is_any("per|each|every");
            crate::reading::phrases::per_unit(lead, at).filter(|per| led && !per.unit.is_empty())
        })
    }

    /// "Repetitions are charged at EUR 0,05", "rundowns at $35", "lid, $0.34": one of the things named right before.
    fn sold_thing(&self) -> Option<PerUnit> {
        let tokens = self.reader.tokens();
        let (from, _) = self.own_words();
        let own = tokens.get(from..self.at)?;
        let colon = own.iter().rposition(|token| token.is_mark(':'));
        let own = own.get(colon.map_or(0, |colon| colon.saturating_add(1))..)?;
        let skip = own
            .iter()
            .take_while(|token| {
                !matches!(token.kind, crate::reading::tokens::Kind::Word)
                    || token.is_any("and|the|for|a|an|new|all|each|any")
            })
            .count();
        let (unit, length) = noun(own, skip)?;
        let rest = own.get(skip.saturating_add(length)..)?;
        let linked = rest.iter().all(|token| {
            token.is_any(
                "is|are|shall|will|be|at|for|charged|billed|priced|furnished|sold|provided|invoiced|rated|supplied|cost|costs|run|\
                 runs|the|a|uniform|price|rate|of|processed|available|up|and",
            ) || matches!(token.kind, crate::reading::tokens::Kind::Mark(',' | ':' | '-') | crate::reading::tokens::Kind::Number(_))
        });
        let last = own.get(skip.saturating_add(length).checked_sub(1)?)?;
        let plural = last.low.ends_with('s') && !last.low.ends_with("ss");
        let verb = rest
            .iter()
            .any(|token| token.is_any("is|are|be|at|cost|costs|run|runs"));
        let bought = self.is_bought();
        let listed = self.is_one_of_several() && rest.len() <= 1;
        let fee = unit.split(' ').any(|word| {
            super::bond::is_fee(word)
                || self
                    .reader
                    .parties
                    .customer_words
                    .iter()
                    .chain(&self.reader.parties.provider_words)
                    .any(|known| known == word)
        });
        let span = unit.split(' ').any(|word| {
            crate::normal::duration::unit(word).is_some() || matches!(word, "balance" | "remainder" | "rest")
        });
        (linked && !bought && !fee && !span && (plural && verb || listed)).then_some(PerUnit {
            count: Decimal::ONE,
            unit,
            length: 0,
        })
    }

    /// "spare access points, 4 at $390 each": so many are bought, once; nothing is measured.
    fn is_bought(&self) -> bool {
        let tokens = self.reader.tokens();
        let near = tokens.get(self.at.saturating_sub(2)..self.at);
        matches!(near, Some([count, at]) if count.number().is_some() && at.is("at"))
    }

    /// Is it one of several amounts behind a colon?
    fn is_one_of_several(&self) -> bool {
        let tokens = self.reader.tokens();
        let colon = tokens.iter().take(self.at).rposition(|token| token.is_mark(':'));
        let behind = colon.and_then(|colon| tokens.get(colon..)).unwrap_or_default();
        behind.iter().filter(|token| token.money().is_some()).count() > 1
    }

    /// The tokens of the clause that are about this amount alone.
    pub(super) fn own_words(&self) -> (usize, usize) {
        self.reader.between_amounts(self.at)
    }

    fn own(&self) -> Vec<Token> {
        let (from, to) = self.own_words();
        let tokens = self.reader.tokens();
        // "$90,000 is paid on signing and the balance in six monthly installments": the rest is another amount.
        let rest = tokens
            .get(self.at..to)
            .unwrap_or_default()
            .iter()
            .position(|token| token.is_any("balance|remainder|rest"));
        let to = rest.map_or(to, |rest| self.at.saturating_add(rest));
        tokens.get(from..to).unwrap_or_default().to_vec()
    }

    /// "$42.00 per camera, once", "$2,500.00 once, on the first invoice".
    fn is_said_once(&self) -> bool {
        let tokens = self.reader.tokens();
        let end = self.at.saturating_add(self.price.length);
        let comma = usize::from(tokens.get(end).is_some_and(|token| token.is_mark(',')));
        let word = end.saturating_add(comma);
        let next = tokens.get(word.saturating_add(1));
        tokens.get(word).is_some_and(|token| token.is("once"))
            && !next.is_some_and(|next| next.is_any("a|an|per|each|every|in|the|it"))
    }

    /// "for each third-party verification completed, a fee of": what one is called.
    fn counted_before(&self) -> Option<PerUnit> {
        const NEVER: &str = "party|case|invoice|share|part|portion|claim|occurrence|time|installment|instalment|payment|such|other|\
            statement|report|anniversary|closing|day|question|event|default|breach";
        let tokens = self.reader.tokens();
        let (from, _) = self.own_words();
        let found = (from..self.at).rev().find_map(|at| {
            let each = tokens.get(at)?.is_any("each|every");
            let led = at.checked_sub(1).and_then(|before| tokens.get(before));
            let opens = led.is_none_or(|led| {
                led.is_any("for|per|on|upon|and|of|to")
                    || !matches!(led.kind, crate::reading::tokens::Kind::Word)
            });
            let (unit, length) = noun(tokens, at.saturating_add(1)).filter(|_| each && opens)?;
            Some((unit, length))
        });
        let (unit, _) = found.or_else(|| self.charged_thing(from))?;
        let head = unit.rsplit(' ').next().unwrap_or_default();
        let span = crate::normal::duration::unit(head).is_some()
            || unit
                .split(' ')
                .any(|word| crate::normal::duration::unit(word).is_some());
        let plain = !unit
            .split(' ')
            .any(|word| crate::reading::tokens::listed(NEVER, word));
        (!span && plain).then_some(PerUnit {
            count: Decimal::ONE,
            unit,
            length: 0,
        })
    }

    /// "an attempt which is not completed shall be charged at $0.75": one of what opens the clause.
    fn charged_thing(&self, from: usize) -> Option<(String, usize)> {
        let tokens = self.reader.tokens();
        let skipped = tokens
            .get(from..self.at)?
            .iter()
            .take_while(|token| token.is("and") || !matches!(token.kind, crate::reading::tokens::Kind::Word))
            .count();
        let at = from.saturating_add(skipped);
        let one = tokens.get(at)?.is_any("a|an|any|one");
        let charged = says_any(
            tokens.get(at..self.at)?,
            "be charged at|is charged at|be billed at|is billed at|is charged|be charged|costs|is priced at",
        );
        noun(tokens, at.saturating_add(1)).filter(|_| one && charged)
    }

    /// "Mr. Osgood's time is charged at $310 an hour, and that of paralegals at $75": the unit of the price before.
    fn like_the_price_before(&self) -> Option<PerUnit> {
        let tokens = self.reader.tokens();
        let at = self.at.checked_sub(1)?;
        if !tokens.get(at)?.is("at") {
            return None;
        }
        let before = (0..at)
            .rev()
            .find(|at| tokens.get(*at).is_some_and(|token| token.money().is_some()))?;
        let price = crate::reading::prices::read(tokens, before)?;
        price.per.filter(|per| !per.unit.is_empty())
    }

    /// "Each year on July 1 the County pays $28,250": a span anywhere before the amount that belongs to no other.
    fn span_before(&self) -> Option<Period> {
        let tokens = self.reader.tokens();
        let (from, _) = self.own_words();
        (from..self.at).rev().find_map(|at| {
            let found = period(tokens, at)?;
            let led = tokens.get(at.saturating_sub(3)..at).unwrap_or_default();
            let next = tokens.get(at.saturating_add(found.length));
            // "within ten days after each month", "the annual report": the span of something else.
            let counted = led
                .iter()
                .any(|token| token.is_any("within|days|after|end|than|during|if"));
            let adjective = found.length == 1
                && next.is_some_and(|next| matches!(next.kind, crate::reading::tokens::Kind::Word))
                && !next.is_some_and(|next| next.is_any("in|on|at|by|with|for|to|the|a|an|and|during|as"));
            (!counted && !adjective).then_some(found)
        })
    }

    /// What is plainly paid is charged, though nothing says how often: once, with a question; what is "each" is measured.
    pub(super) fn guessed(&self, price: &Expression) -> Option<Kind> {
        if price.money.is_none() && !price.withheld {
            return None;
        }
        if price.is_per_unit() {
            return (!self.is_bought()).then_some(Kind::Usage);
        }
        let own = self.own();
        // "… : £84,000. Invoiced on 1 July 2026." names a day and no span: it is paid once.
        let billed_once = self.is_billed_next()
            && self
                .reader
                .next_of_paragraph()
                .is_some_and(|next| crate::reading::phrases::period_within(next).is_none());
        if says_paid_once(&own) || billed_once {
            return Some(Kind::OneTime);
        }
        if price.withheld {
            return None;
        }
        let (from, _) = self.own_words();
        let tokens = self.reader.tokens();
        let before = tokens.get(from..self.at).unwrap_or_default();
        let colon = tokens
            .get(..self.at)
            .unwrap_or_default()
            .iter()
            .rposition(|token| token.is_mark(':'));
        let lead = colon
            .and_then(|colon| tokens.get(colon.saturating_sub(8)..colon))
            .unwrap_or_default();
        let pays = says_any(
            lead,
            "shall pay|will pay|agrees to pay|pays|shall receive|will receive",
        ) || says_any(
            before,
            "shall pay|will pay|agrees to pay|must pay|shall remit|shall owe|will owe|shall remunerate|will remunerate|\
            a fee of|fee equal to|fee in the amount of|shall be paid|will be paid",
        );
        let aside = says_any(
            &own,
            "if|in the event|up to|exceed|exceeds|budget|expenses|costs incurred|reimburse|unless|damages",
        );
        (pays && !aside).then_some(Kind::OneTime)
    }

    /// Nothing says how often it is paid.
    pub(super) fn doubt_guess(&self, item: &mut Item) {
        if says_paid_once(&self.own()) {
            return;
        }
        item.doubts.push(Doubt::new(
            Code::CadenceNotStated,
            "/cadence",
            "The sentence does not say whether this is charged once, again and again, or each time it happens.",
            "Enter how often it is charged.",
            self.evidence(),
        ));
    }
}
