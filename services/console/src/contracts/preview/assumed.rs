//! What is assumed for a preview about things that are not known yet: usage, seats, milestones.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Span, ToSpan};
use rust_decimal::Decimal;
use wire::invoicing::v1::{Facts, MilestoneCompletion, SeatChange, UsageEvent};
use wire::plan::v1::Plan;
use wire::plan::v1::quantity::Kind;
use wire::plan::v1::renewal::Kind as Renews;

use super::slider::{Slider, of_meter};

/// Months that usage is made up for, at most.
const LONGEST: usize = 120;

/// What is assumed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Assumptions {
    /// Invoices dated up to and including this day.
    pub(super) through: String,
    pub(super) usage: Vec<Usage>,
    pub(super) seats: Vec<Seats>,
    pub(super) milestones: Vec<Done>,
}

/// So much of a meter in every month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Usage {
    pub(super) meter: String,
    pub(super) name: String,
    pub(super) unit: String,
    /// Empty where nothing is assumed.
    pub(super) a_month: String,
    pub(super) slider: Slider,
}

/// So many seats from a day on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Seats {
    pub(super) charge: String,
    pub(super) name: String,
    pub(super) agreed: String,
    pub(super) quantity: String,
    pub(super) from: String,
}

/// A milestone that is reached on a day; not at all if empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Done {
    pub(super) milestone: String,
    pub(super) name: String,
    pub(super) on: String,
}

impl Assumptions {
    /// What one would assume without being told: no usage, the seats agreed, milestones on their planned days.
    pub(super) fn usual(plan: &Plan) -> Self {
        Self {
            through: last_day(plan),
            usage: plan
                .meters
                .iter()
                .map(|meter| Usage {
                    meter: meter.id.clone(),
                    name: meter.name.clone(),
                    unit: meter.unit.clone(),
                    a_month: String::new(),
                    slider: of_meter(plan, &meter.id, ""),
                })
                .collect(),
            seats: plan
                .charges
                .iter()
                .filter_map(|charge| {
                    let Some(Kind::Seats(seats)) = charge.quantity.as_ref()?.kind.as_ref() else {
                        return None;
                    };
                    Some(Seats {
                        charge: charge.id.clone(),
                        name: charge.name.clone(),
                        agreed: seats.initial.clone(),
                        quantity: String::new(),
                        from: String::new(),
                    })
                })
                .collect(),
            milestones: plan
                .milestones
                .iter()
                .map(|milestone| Done {
                    milestone: milestone.id.clone(),
                    name: milestone.name.clone(),
                    on: milestone.planned.clone(),
                })
                .collect(),
        }
    }

    /// The usual ones with what a form says over them.
    pub(super) fn about(plan: &Plan, form: &[(String, String)]) -> Result<Self, String> {
        let mut assumed = Self::usual(plan);
        let field = |name: &str| {
            form.iter()
                .find(|(key, _)| key == name)
                .map(|(_, value)| value.trim().to_owned())
        };
        if let Some(through) = field("through").filter(|through| !through.is_empty()) {
            assumed.through = day("The last day", &through)?;
        }
        for usage in &mut assumed.usage {
            usage.a_month = decimal(&usage.name, field(&format!("use:{}", usage.meter)))?;
            usage.slider = of_meter(plan, &usage.meter, &usage.a_month);
        }
        for seats in &mut assumed.seats {
            seats.quantity = decimal(&seats.name, field(&format!("seats:{}", seats.charge)))?;
            let from = field(&format!("from:{}", seats.charge)).unwrap_or_default();
            seats.from = if from.is_empty() {
                from
            } else {
                day(&seats.name, &from)?
            };
            if seats.quantity.is_empty() != seats.from.is_empty() {
                return Err(format!(
                    "{}: say both how many seats and from which day.",
                    seats.name
                ));
            }
        }
        for done in &mut assumed.milestones {
            if let Some(on) = field(&format!("done:{}", done.milestone)) {
                done.on = if on.is_empty() { on } else { day(&done.name, &on)? };
            }
        }
        Ok(assumed)
    }

    /// The assumptions as facts.
    pub(super) fn facts(&self, plan: &Plan) -> Facts {
        let used = self.usage.iter().filter(|usage| !usage.a_month.is_empty());
        let changed = self.seats.iter().filter(|seats| !seats.quantity.is_empty());
        let done = self.milestones.iter().filter(|done| !done.on.is_empty());
        Facts {
            usage: used.flat_map(|usage| self.each_month(plan, usage)).collect(),
            seats: changed.map(Seats::change).collect(),
            milestones: done.map(Done::completion).collect(),
        }
    }

    fn each_month(&self, plan: &Plan, usage: &Usage) -> Vec<UsageEvent> {
        let days = months(plan, &self.through);
        let event = |(number, day): (usize, Date)| UsageEvent {
            source: "assumed".to_owned(),
            id: format!("{}-{number}", usage.meter),
            account: plan.account.clone(),
            meter: usage.meter.clone(),
            time: noon(day),
            value: usage.a_month.clone(),
            dimensions: std::collections::HashMap::new(),
            corrects: String::new(),
        };
        days.into_iter().enumerate().map(event).collect()
    }
}

impl Seats {
    fn change(&self) -> SeatChange {
        SeatChange {
            id: format!("assumed-{}", self.charge),
            charge: self.charge.clone(),
            date: self.from.clone(),
            quantity: self.quantity.clone(),
        }
    }
}

impl Done {
    fn completion(&self) -> MilestoneCompletion {
        MilestoneCompletion {
            id: format!("assumed-{}", self.milestone),
            milestone: self.milestone.clone(),
            date: self.on.clone(),
            evidence: "assumed for a preview".to_owned(),
        }
    }
}

/// The whole term and nothing of a renewal: what is billed in arrears is invoiced on the first day after it, which with a
/// renewal is the first day of the next term. A year where there is no end.
fn last_day(plan: &Plan) -> String {
    let term = plan.term.clone().unwrap_or_default();
    let renews = plan.renewal.as_ref().and_then(|renewal| renewal.kind.as_ref());
    let renews = matches!(renews, Some(Renews::Automatic(_)));
    let end = term.end.parse::<Date>().ok();
    let year = || term.start.parse::<Date>().ok()?.checked_add(1.year()).ok();
    let last = match end {
        Some(end) if renews => end.yesterday().ok(),
        Some(end) => Some(end),
        None => year(),
    };
    last.map(|day| day.to_string()).unwrap_or_default()
}

/// One day in each month from the beginning of the term.
fn months(plan: &Plan, through: &str) -> Vec<Date> {
    let start = plan
        .term
        .as_ref()
        .and_then(|term| term.start.parse::<Date>().ok());
    let Some((start, end)) = start.zip(through.parse::<Date>().ok()) else {
        return Vec::new();
    };
    let after = |number: i64| start.checked_add(Span::new().try_months(number).ok()?).ok();
    (0..)
        .map_while(after)
        .take_while(|day| *day < end)
        .take(LONGEST)
        .collect()
}

fn noon(day: Date) -> Option<prost_types::Timestamp> {
    let noon = day.at(12, 0, 0, 0).to_zoned(TimeZone::UTC).ok()?.timestamp();
    Some(prost_types::Timestamp {
        seconds: noon.as_second(),
        nanos: 0,
    })
}

fn day(what: &str, text: &str) -> Result<String, String> {
    let day = text
        .parse::<Date>()
        .map_err(|_| format!("{what}: “{text}” is not a day; write it as 2026-03-31."))?;
    Ok(day.to_string())
}

/// A decimal of 0 or more as it travels; empty where nothing was typed.
fn decimal(what: &str, text: Option<String>) -> Result<String, String> {
    let text = text.unwrap_or_default().replace(',', "");
    if text.is_empty() {
        return Ok(text);
    }
    let number = text
        .parse::<Decimal>()
        .ok()
        .filter(|number| !number.is_sign_negative());
    let number = number.ok_or_else(|| format!("{what}: “{text}” is not a number of 0 or more."))?;
    Ok(number.to_string())
}

#[cfg(test)]
mod tests {
    use wire::plan::v1::{Meter, Term};

    use super::*;

    fn plan() -> Plan {
        let meter = Meter {
            id: "call".to_owned(),
            name: "API calls".to_owned(),
            ..Meter::default()
        };
        Plan {
            term: Some(Term {
                start: "2026-01-31".to_owned(),
                end: "2026-05-01".to_owned(),
            }),
            meters: vec![meter],
            ..Plan::default()
        }
    }

    fn form(fields: &[(&str, &str)]) -> Vec<(String, String)> {
        fields
            .iter()
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
            .collect()
    }

    #[test]
    fn usage_is_assumed_once_in_each_month_of_the_term() {
        let assumed = Assumptions::about(&plan(), &form(&[("use:call", "12,500")])).unwrap();
        assert_eq!(assumed.through, "2026-05-01");
        let facts = assumed.facts(&plan());
        assert_eq!(facts.usage.len(), 4);
        assert!(facts.usage.iter().all(|event| event.value == "12500"));
        assert!(Assumptions::usual(&plan()).facts(&plan()).usage.is_empty());
    }

    #[test]
    fn what_is_no_day_and_no_number_is_named() {
        for (field, value, says) in [
            ("use:call", "many", "API calls: “many” is not a number"),
            ("use:call", "-1", "API calls: “-1” is not a number"),
            ("through", "soon", "The last day: “soon” is not a day"),
        ] {
            let refused = Assumptions::about(&plan(), &form(&[(field, value)])).unwrap_err();
            assert!(refused.starts_with(says), "{refused}");
        }
    }
}
