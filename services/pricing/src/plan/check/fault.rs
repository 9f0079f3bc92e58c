//! What can be wrong with a field of a plan, said so that a reviewer can act on it.

use jiff::civil::Date;
use rust_decimal::Decimal;

use super::Referent;
use crate::money::Currency;

/// What is wrong with a field of a plan.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// Nothing is charged.
    #[error("the plan charges nothing: add at least one charge")]
    NoCharges,
    /// Something is left blank.
    #[error("it is blank: fill it in")]
    Blank,
    /// Nobody knows the zone in which the plan's days begin.
    #[error("`{name}` is not a time zone: write its IANA name, such as `Europe/Paris` or `UTC`")]
    UnknownTimeZone {
        /// What was given.
        name: String,
    },
    /// Two of a kind share an id.
    #[error("the id `{id}` is used twice: give each its own")]
    DuplicateId {
        /// The id.
        id: String,
    },
    /// An id names nothing in the plan.
    #[error("there is no {what} `{id}` in the plan: add it, or name one that is there")]
    Unknown {
        /// What was looked for.
        what: Referent,
        /// The id.
        id: String,
    },
    /// A charge is a percentage of itself, directly or through others.
    #[error("the charge is a percentage of itself: name other charges")]
    PercentageOfItself,
    /// Something ends before it starts, or on the same day.
    #[error("it ends on {end}, which is not after its start on {start}")]
    EndsBeforeStart {
        /// First day.
        start: Date,
        /// Day after the last.
        end: Date,
    },
    /// A charge that begins when the plan is over.
    #[error(
        "it starts on {start}, but the plan ends on {end} and does not renew by itself: it is never charged"
    )]
    NeverCharged {
        /// First day of the charge.
        start: Date,
        /// Day after the last of the plan.
        end: Date,
    },
    /// A reward for paying early that lasts longer than the time to pay.
    #[error(
        "paying within {early} days is rewarded, but payment is due after {due}: the early days must be fewer"
    )]
    EarlyAfterDue {
        /// Days of the reward.
        early: u32,
        /// Days until payment is due.
        due: u32,
    },
    /// A part held back that nothing later releases.
    #[error("what it holds back is released by itself: name the later milestone that releases it")]
    ReleasedByItself,
    /// A pool of units for a charge that counts none.
    #[error(
        "the pool is counted in units, but `{charge}` is not metered: it can pay only for what a meter measures"
    )]
    PoolPaysNoUnits {
        /// Id of the charge.
        charge: String,
    },
    /// Something falls due at signing, but nobody said when that was.
    #[error("it falls due at signing, but the plan has no date of signing: enter it")]
    SigningDateMissing,
    /// Something needs the end of the term, but the plan is open-ended.
    #[error("it counts over the whole term, but the term has no end: enter it, or count over periods")]
    TermEndMissing,
    /// Every zero days.
    #[error("it comes round every 0 {unit}: the count must be at least 1")]
    ZeroCadence {
        /// Name of the unit.
        unit: &'static str,
    },
    /// Not a day of a month.
    #[error("{day} is not a day of a month: 1 to 31")]
    NoSuchDay {
        /// What was given.
        day: u8,
    },
    /// Two days of a month for a cadence that has one, or none.
    #[error(
        "the {first}. and the {second}. of a month are for what comes round every half month: set the cadence to half months, or name one day"
    )]
    DaysWithoutHalfMonths {
        /// The first day.
        first: u8,
        /// The second.
        second: u8,
    },
    /// Two days of a month that are not two in every month, or not in order.
    #[error(
        "the {first}. and the {second}. are not two days of every month in order: the first is one from 1 to 27, the second a later one"
    )]
    DaysOfMonthTogether {
        /// The first day.
        first: u8,
        /// The second.
        second: u8,
    },
    /// A top-up that never reaches its threshold.
    #[error(
        "a top-up to {to} leaves the balance below {below}, where it is bought: buy up to at least {below}"
    )]
    TopUpStaysBelow {
        /// The target.
        to: Decimal,
        /// The threshold.
        below: Decimal,
    },
    /// A date of settlement where nothing is settled.
    #[error(
        "the whole amount is billed in advance, so no shortfall is left to settle: leave the date of settlement out"
    )]
    NothingToSettle,
    /// One date of settlement for spans that come round.
    #[error(
        "every span has a shortfall of its own, but there is one date to bill it: say how long after each span"
    )]
    OneDateForManySpans,
    /// Settled while the commitment still runs.
    #[error("the shortfall is billed on {date}, before the term ends on {end}: it is not known by then")]
    SettledBeforeEnd {
        /// The agreed date.
        date: Date,
        /// Day after the last of the term.
        end: Date,
    },
    /// Dates stand out of order.
    #[error("{date} is not after {previous}, the date before it in the list: put them in order")]
    DatesOutOfOrder {
        /// The earlier entry.
        previous: Date,
        /// The entry after it.
        date: Date,
    },
    /// A list that needs entries has none, or too few.
    #[error("it lists {found}, but needs at least {needed}")]
    TooFew {
        /// How many there are.
        found: usize,
        /// How many there must be.
        needed: usize,
    },
    /// Nothing is priced above the last tier.
    #[error("quantities above {after} have no price: add a tier without an upper bound")]
    TiersLeaveGap {
        /// The last upper bound.
        after: Decimal,
    },
    /// A tier ends at or below the one before it.
    #[error("the tier ends at {up_to}, not above {previous} where the one before it ends")]
    TiersOverlap {
        /// Upper bound of the tier before.
        previous: Decimal,
        /// Upper bound of this one.
        up_to: Decimal,
    },
    /// A tier without an upper bound is not the last.
    #[error("only the last tier may be without an upper bound")]
    OpenTierInside,
    /// A tier does not say what it costs.
    #[error("the tier does not say what it costs: enter a {needs}")]
    TierWithoutPrice {
        /// What this price model asks for.
        needs: &'static str,
    },
    /// Below zero.
    #[error("{value} is below zero")]
    Negative {
        /// What was given.
        value: Decimal,
    },
    /// Zero or below.
    #[error("{value} is not above zero")]
    NotAboveZero {
        /// What was given.
        value: Decimal,
    },
    /// Outside a percentage's range.
    #[error("{value} % is outside {least} % to {most} %")]
    PercentOutOfRange {
        /// What was given.
        value: Decimal,
        /// Lowest.
        least: Decimal,
        /// Highest.
        most: Decimal,
    },
    /// More decimals than can be paid.
    #[error("{value} has more decimals than {currency} can be paid in")]
    TooPrecise {
        /// What was given.
        value: Decimal,
        /// The plan's currency.
        currency: Currency,
    },
    /// A lower limit above an upper one.
    #[error("the least, {least}, is above the most, {most}")]
    LeastAboveMost {
        /// Lower limit.
        least: Decimal,
        /// Upper limit.
        most: Decimal,
    },
    /// A matrix inside a matrix.
    #[error("a cell of a matrix price cannot be a matrix itself")]
    NestedMatrix,
    /// A combination of another length than the dimensions.
    #[error("the combination has {found} values for {needed} dimensions")]
    CellValues {
        /// Values given.
        found: usize,
        /// Dimensions of the matrix.
        needed: usize,
    },
    /// Two cells for one combination.
    #[error("the combination {values} is priced twice")]
    CellTwice {
        /// The combination.
        values: String,
    },
    /// A matrix price on a quantity without dimensions.
    #[error("the price depends on `{dimension}`, but the quantity is not measured by it")]
    DimensionNotMeasured {
        /// Name of the dimension.
        dimension: String,
    },
    /// Units cannot be counted on such a price.
    #[error("{what} need a price by units: this one is by transaction or by dimension")]
    NotByUnits {
        /// What was agreed.
        what: &'static str,
    },
    /// A charge's own discount names charges.
    #[error("a charge's own discount reduces that charge: leave its list of charges empty")]
    DiscountNamesCharges,
}
