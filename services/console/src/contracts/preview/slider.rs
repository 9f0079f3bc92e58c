//! How far a slider reaches: over every bound that the prices of what it moves know, and as far again.

use rust_decimal::Decimal;
use wire::plan::v1::price::Model;
use wire::plan::v1::quantity::Kind;
use wire::plan::v1::{Charge, Plan};

/// Where nothing says how much is usual.
const USUAL: u32 = 1_000;
/// So many steps from one end to the other.
const STEPS: u32 = 100;

/// The far end of a slider and what one step of it is worth.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Slider {
    pub(super) end: String,
    pub(super) step: String,
}

/// For what is used of a meter; it reaches what is assumed already as well.
pub(super) fn of_meter(plan: &Plan, meter: &str, assumed: &str) -> Slider {
    let charges = plan.charges.iter().filter(|charge| measures(charge, meter));
    let bounds = charges.flat_map(bounds).max().unwrap_or_default();
    let twice = bounds.saturating_mul(Decimal::TWO);
    let far = if twice.is_zero() { USUAL.into() } else { twice };
    let end = round_up(far.max(decimal(assumed)));
    let step = end.checked_div(STEPS.into()).unwrap_or(Decimal::ONE);
    Slider {
        end: end.normalize().to_string(),
        step: step.normalize().to_string(),
    }
}

fn measures(charge: &Charge, meter: &str) -> bool {
    let kind = charge
        .quantity
        .as_ref()
        .and_then(|quantity| quantity.kind.as_ref());
    matches!(kind, Some(Kind::Metered(measured)) if measured == meter)
}

/// What a charge names as an end of a tier, as a package, or as included.
fn bounds(charge: &Charge) -> Vec<Decimal> {
    let included = charge.included.iter().map(|included| decimal(&included.units));
    let model = charge.price.as_ref().and_then(|price| price.model.as_ref());
    let named: Vec<&String> = match model {
        Some(
            Model::Graduated(tiers)
            | Model::Volume(tiers)
            | Model::Stairstep(tiers)
            | Model::GraduatedPercentage(tiers),
        ) => tiers.rows.iter().map(|row| &row.up_to).collect(),
        Some(Model::PerUnit(price)) => vec![&price.per],
        Some(Model::Package(package)) => vec![&package.size],
        _ => Vec::new(),
    };
    included
        .chain(named.into_iter().map(|bound| decimal(bound)))
        .collect()
}

fn decimal(text: &str) -> Decimal {
    text.parse().unwrap_or_default()
}

/// The least of 1, 2 or 5 times a power of ten that is not below.
fn round_up(value: Decimal) -> Decimal {
    let mut power = Decimal::ONE;
    loop {
        for times in [1_u32, 2, 5] {
            let round = power.saturating_mul(times.into());
            if round >= value {
                return round;
            }
        }
        power = power.saturating_mul(Decimal::TEN);
    }
}

#[cfg(test)]
mod tests {
    use wire::plan::v1::{Price, Quantity, Tier, Tiers};

    use super::*;

    fn plan(bounds: &[&str]) -> Plan {
        let row = |bound: &&str| Tier {
            up_to: (*bound).to_owned(),
            ..Tier::default()
        };
        let tiers = Tiers {
            rows: bounds.iter().map(row).collect(),
            ..Tiers::default()
        };
        Plan {
            charges: vec![Charge {
                quantity: Some(Quantity {
                    kind: Some(Kind::Metered("calls".to_owned())),
                }),
                price: Some(Price {
                    model: Some(Model::Graduated(tiers)),
                }),
                ..Charge::default()
            }],
            ..Plan::default()
        }
    }

    #[test]
    fn a_slider_reaches_past_the_last_bound_and_what_is_assumed() {
        for (bounds, assumed, end, step) in [
            (vec!["100000", "1000000", ""], "", "2000000", "20000"),
            (vec![], "", "1000", "10"),
            (vec!["3"], "", "10", "0.1"),
            (vec!["100"], "12345", "20000", "200"),
        ] {
            let slider = of_meter(&plan(&bounds), "calls", assumed);
            assert_eq!(
                (slider.end.as_str(), slider.step.as_str()),
                (end, step),
                "{bounds:?}"
            );
        }
        assert_eq!(of_meter(&plan(&["100000"]), "seats", "").end, "1000");
        let most = of_meter(&plan(&["79228162514264337593543950335"]), "calls", "");
        assert!(most.end.starts_with('7') || most.end.starts_with('5'), "{most:?}");
    }
}
