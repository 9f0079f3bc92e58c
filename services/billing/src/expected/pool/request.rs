//! What is asked of credits: how much, on which day, for which line.

use jiff::civil::Date;
use pricing::money::{Money, MoneyError};
use pricing::period::Period;
use pricing::plan::Charge;
use rust_decimal::Decimal;

use super::super::BillingError;
use super::super::known::{Known, amount_fault};
use super::super::stretch::Strand;
use super::super::usage::{Metering, Part};
use super::UnitsPaid;
use crate::component::Component;
use crate::line::ExpectedLine;

/// Something to be paid on a day.
#[derive(Clone)]
pub(in super::super) struct Request<'a> {
    pub(in super::super) on: Date,
    /// Place of the charge in the plan: earlier ones are paid first on a day.
    pub(super) place: usize,
    pub(in super::super) charge: &'a Charge,
    /// The part of the charge that is paid.
    pub(in super::super) component: Component,
    pub(in super::super) service: Option<Period>,
    pub(in super::super) invoice_date: Date,
    pub(in super::super) amount: Decimal,
}

impl<'a> Request<'a> {
    fn new(
        known: &Known<'_>,
        charge: &'a Charge,
        service: Option<Period>,
        on: Date,
        amount: Decimal,
    ) -> Self {
        let place = known
            .charges()
            .position(|other| other.id == charge.id)
            .unwrap_or(usize::MAX);
        Self {
            on,
            place,
            charge,
            component: Component::Usage,
            service,
            invoice_date: on,
            amount,
        }
    }
}

/// What the lines of some charges ask for: metered ones day by day, all others on their invoice date.
pub(in super::super) fn of_lines<'a>(
    known: &'a Known<'a>,
    strands: impl Iterator<Item = &'a Strand<'a>>,
    units: &UnitsPaid,
    lines: &[ExpectedLine],
    with_tax: bool,
) -> Result<Vec<Request<'a>>, BillingError> {
    let mut requests = Vec::new();
    for strand in strands {
        let id = &strand.charge.id;
        let of_charge: Vec<&ExpectedLine> = lines.iter().filter(|line| line.charge == *id).collect();
        for line in of_charge.iter().filter(|line| line.component != Component::Usage) {
            requests.extend(left_of(known, lines, line, with_tax)?.map(|amount| Request {
                component: line.component.clone(),
                ..Request::new(known, strand.charge, line.service, line.invoice_date, amount)
            }));
        }
        let Some(metering) = Metering::try_new(known, strand)? else {
            continue;
        };
        for part in metering.parts(metering.turns()?, units)? {
            let is_line = |line: &&&ExpectedLine| {
                line.component == Component::Usage && line.service == Some(part.service)
            };
            let owed = match of_charge.iter().find(is_line) {
                Some(line) => Some(left_of(known, lines, line, with_tax)?.unwrap_or_default()),
                None => None,
            };
            requests.extend(of_part(known, strand, &metering, &part, units, owed)?);
        }
    }
    Ok(requests)
}

/// What a metered part asks for day by day; `owed` in the end, which is not known before its invoice is due.
fn of_part<'a>(
    known: &Known<'_>,
    strand: &'a Strand<'a>,
    metering: &Metering<'_>,
    part: &Part<'_>,
    units: &UnitsPaid,
    owed: Option<Decimal>,
) -> Result<impl Iterator<Item = Request<'a>> + use<'a>, BillingError> {
    let mut by_day = metering.by_day(part, units)?;
    // A minimum, and tax, are owed without usage: they are asked for at the end.
    by_day.extend(owed.map(|owed| (part.invoice_date, owed)));
    let invoice_date = part.invoice_date;
    let asked = rising(known, strand, Some(part.service), &by_day, owed);
    Ok(asked.map(move |request| Request {
        invoice_date,
        ..request
    }))
}

/// What each day asks for, given what had come together by the end of each. Where the sum falls (a volume price that
/// reaches a cheaper tier) earlier days ask for no more than what is left of it in the end.
pub(super) fn rising<'a>(
    known: &Known<'_>,
    strand: &'a Strand<'a>,
    service: Option<Period>,
    cumulative: &[(Date, Decimal)],
    cap: Option<Decimal>,
) -> impl Iterator<Item = Request<'a>> + use<'a> {
    let mut least = cap;
    let mut rising: Vec<(Date, Decimal)> = Vec::with_capacity(cumulative.len());
    for (day, sum) in cumulative.iter().rev() {
        let bounded = least.map_or(*sum, |least| least.min(*sum));
        least = Some(bounded);
        rising.push((*day, bounded));
    }
    let mut asked = Decimal::ZERO;
    let mut requests = Vec::with_capacity(rising.len());
    for (day, sum) in rising.into_iter().rev() {
        let amount = sum.saturating_sub(asked);
        if amount > Decimal::ZERO {
            requests.push(Request::new(known, strand.charge, service, day, amount));
            asked = sum;
        }
    }
    requests.into_iter()
}

/// What other credits have left of a line, with its tax where that is paid too; none where nothing is left.
fn left_of(
    known: &Known<'_>,
    lines: &[ExpectedLine],
    line: &ExpectedLine,
    with_tax: bool,
) -> Result<Option<Decimal>, BillingError> {
    let paid = |other: &&ExpectedLine| {
        other.charge == line.charge
            && other.service == line.service
            && matches!(&other.component, Component::CreditsDrawn { of, .. } if **of == line.component)
    };
    let left = lines
        .iter()
        .filter(paid)
        .try_fold(line.amount, |left, credit| left.plus(credit.amount));
    let left = left
        .and_then(|left| {
            if with_tax {
                plus_tax(known, line, left)
            } else {
                Ok(left)
            }
        })
        .map_err(amount_fault(&line.charge))?;
    Ok((left.amount > Decimal::ZERO).then_some(left.amount))
}

fn plus_tax(known: &Known<'_>, line: &ExpectedLine, net: Money) -> Result<Money, MoneyError> {
    let tax = known.latest(|plan| plan.taxes.iter().find(|tax| Some(&tax.id) == line.tax.as_ref()));
    let Some(tax) = tax.filter(|tax| !tax.included) else {
        return Ok(net);
    };
    let amount = net
        .amount
        .checked_mul(tax.percent)
        .and_then(|part| part.checked_div(Decimal::ONE_HUNDRED));
    net.plus(Money::new(amount.ok_or(MoneyError::Overflow)?, net.currency).rounded())
}
