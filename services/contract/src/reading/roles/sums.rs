//! Amounts that another amount beside them explains: the sum of parts that follow, a least amount that is made up to.

use rust_decimal::Decimal;

use super::Place;
use crate::reading::phrases::says_any;
use crate::reading::tokens::Token;
use crate::terms::Role;

/// "For any year in which royalties do not reach $48,000, the Quarry shall pay the difference": what is made up to is a minimum.
pub(super) fn made_up(place: &Place<'_>) -> Option<Role> {
    let made = says_any(
        place.after(24),
        "pay the difference|pays the difference|pay the deficiency|pay the shortfall|make up the difference|make up the shortfall|\
         pay the deficit|pay such deficiency|pay such difference|makes up the difference",
    );
    let short = says_any(
        place.before(8),
        "not reach|less than|below|fall short of|falls short of|not amount to|not come to|do not equal|not equal|lower than|not total",
    );
    (made && short).then_some(Role::Minimum)
}

/// "$240,000 for each Contract Year, in equal quarterly installments of $60,000": the parts are charged, not their sum.
pub(super) fn paid_in_parts(place: &Place<'_>) -> Option<Role> {
    let sum = place.tokens.get(place.at)?.money()?.value;
    let after = place.after(24);
    // "The price is $360,000, of which $90,000 is paid on signing and the balance …".
    if says_any(place.after(3), "of which") && after.iter().any(|token| token.money().is_some()) {
        return Some(Role::Total);
    }
    let next = after.iter().position(|token| token.money().is_some())?;
    let part = after.get(next)?.money()?.value;
    let between = after.get(..next)?;
    let parts = between
        .iter()
        .rposition(|token| token.is_any("installments|instalments|payments|parts|portions"))?;
    let led = between.get(parts.saturating_add(1)..)?;
    let leads = !led.is_empty()
        && led
            .iter()
            .all(|token| token.is_any("of|equal|to|in|the|amount|each|at"));
    // Where the number of parts stands before them, whoever reads instalments knows what they are parts of.
    let counted = between.iter().any(|token| token.number().is_some());
    let comes_to = |token: &Token| token.number().and_then(|count| count.checked_mul(part)) == Some(sum);
    if between.iter().any(comes_to) && part < sum {
        return Some(Role::Total);
    }
    let spanned = between
        .get(..parts)?
        .iter()
        .any(|token| token.is_any("monthly|quarterly|annual|semi-annual|weekly"));
    (leads && spanned && !counted && part < sum).then_some(Role::Total)
}

/// "If the charges of a month are below $750, $750 is invoiced": the same amount twice, on both sides of a condition.
pub(super) fn filled_up(place: &Place<'_>) -> Option<Role> {
    let value = place.tokens.get(place.at)?.money()?.value;
    let same = place
        .clause()
        .iter()
        .filter(|token| token.money().is_some_and(|amount| amount.value == value))
        .count();
    let condition = says_any(
        place.clause(),
        "if|where|when|should|whenever|in which|for which|is billed as|are billed as|is charged as|counts as|is invoiced as|is billed at|is charged at",
    ) && says_any(
        place.clause(),
        "below|less than|under|lower than|not reach|do not reach|does not reach|fall short of",
    );
    (same == 2 && condition).then_some(Role::Minimum)
}

/// "$850,000, payable $350,000 on execution and the balance in five installments of $100,000": the parts are charged, not their sum.
pub(super) fn paid_as_listed(place: &Place<'_>) -> Option<Role> {
    let sum = place.tokens.get(place.at)?.money()?.value;
    let after = place.after(90);
    let next = after.iter().position(|token| token.money().is_some())?;
    let last = after.iter().rposition(|token| token.money().is_some())?;
    // "$5,000 a month, payable in advance, a setup fee of $2,000 and a migration fee of $3,000": other fees, whatever they add up to.
    let spanned = crate::reading::prices::read(place.tokens, place.at)?
        .period
        .is_some()
        || crate::reading::prose::span_of_fee(place.tokens, place.at).is_some();
    let other_fee = after.get(..last)?.iter().any(|token| {
        token.is_any(
            "fee|fees|deposit|retainer|rent|setup|set-up|training|implementation|support|migration|hosting|bonus|plus|maintenance|\
             services|royalty|charge",
        )
    });
    if spanned || other_fee {
        return None;
    }
    let led = says_any(
        after.get(..next)?,
        "payable|to be paid|shall be paid|will be paid|is paid|due|in installments|in instalments|consisting of|comprised of|as follows",
    );
    let parts = (next..after.len()).try_fold(Decimal::ZERO, |parts, at| {
        let Some(part) = after.get(at).and_then(Token::money) else {
            return Some(parts);
        };
        let near = after.get(at.saturating_sub(7)..at)?;
        let several = near
            .iter()
            .any(|token| token.is_any("installments|instalments|payments|parts"));
        let count = near.iter().rev().find_map(Token::number).filter(|_| several);
        parts.checked_add(part.value.checked_mul(count.unwrap_or(Decimal::ONE))?)
    })?;
    let each = after.get(..next)?;
    let spans = |count: u32, words: &str| {
        let one = after.get(next).and_then(Token::money);
        let all = one.and_then(|one| one.value.checked_mul(Decimal::from(count)));
        says_any(each, words) && all == Some(sum)
    };
    // "$1,200,000, payable monthly in the amount of $100,000".
    let by_span = spans(12, "monthly") || spans(4, "quarterly") || spans(2, "semi-annually|semiannually");
    let whole =
        parts == sum && (last > next || after.iter().any(|token| token.is_any("installments|instalments")));
    (led && (whole || by_span)).then_some(Role::Total)
}

/// "105% of the annual fee for the preceding Contract Year": the same price, moved.
pub(super) fn grows(place: &Place<'_>) -> Option<Role> {
    let share = place.tokens.get(place.at)?.percent()?;
    let of_last = says_any(
        place.after(18),
        "preceding|previous|prior|immediately preceding|last year|year before|then in effect",
    );
    // "112% of Alpha's cost in the previous month" is a price, and moves none.
    let of_price = says_any(
        place.after(8),
        "fee|fees|price|prices|rent|rate|rates|charge|charges|royalty|compensation|retainer",
    ) && !says_any(place.after(10), "cost|costs|expense|expenses");
    (share > Decimal::ONE_HUNDRED && of_last && of_price).then_some(Role::Escalator)
}

/// "increasing by $100 each year": a rise that no plan can hold as an amount is asked about.
pub(super) fn grows_by(place: &Place<'_>) -> Option<Role> {
    place.tokens.get(place.at)?.money()?;
    let moves = says_any(
        place.before(3),
        "increasing by|increased by|increase by|increases by|increase of|rising by|rises by|decreasing by|decreased by|escalating by",
    );
    moves.then_some(Role::Unexplained)
}

/// "$38,232, being eighteen percent (18%) of the License Fee": the share that the amount before it was computed from.
pub(super) fn explains_sum(place: &Place<'_>) -> Option<Role> {
    let before = place.before(6);
    let sum = before.iter().rposition(|token| token.money().is_some())?;
    let between = before.get(sum.saturating_add(1)..)?;
    let said = says_any(
        between,
        "being|which is|which equals|which represents|representing|i.e.|equal to|equalling|equaling|equivalent to",
    );
    let amount = between
        .iter()
        .all(|token| !token.is_any("plus|and|or|less|greater|of"));
    (place.percent && said && amount).then_some(Role::Informational)
}

/// "at a CPM of $22.00 WanderFare will pay $1,320,000": the rate that the amount beside it was computed from.
pub(super) fn is_behind_sum(place: &Place<'_>) -> Option<Role> {
    let cpm = says_any(place.before(3), "cpm of|cpm at|a cpm");
    let others = place
        .clause()
        .iter()
        .filter(|token| token.money().is_some())
        .count();
    (cpm && others > 1).then_some(Role::Unexplained)
}
