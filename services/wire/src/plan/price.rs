//! Prices and their tiers.

use pricing::price::{
    FreeEnds, MatrixCell, PercentageRate, Price, StartedPackage, Tier, TierBound, TierCount, Tiers, ZeroUsage,
};

use super::{both_ways, v1};
use crate::value::{Reading, text};

pub(super) fn price_message(price: &Price) -> v1::Price {
    use v1::price::Model;
    let model = match price {
        Price::Flat { amount } => Model::Flat(amount.to_string()),
        Price::PerUnit { unit_price, per } => Model::PerUnit(v1::PerUnit {
            unit_price: unit_price.to_string(),
            per: per.to_string(),
        }),
        Price::Graduated { tiers } => Model::Graduated(tiers_message(tiers)),
        Price::Volume { tiers } => Model::Volume(tiers_message(tiers)),
        Price::Stairstep { tiers } => Model::Stairstep(tiers_message(tiers)),
        Price::GraduatedPercentage { tiers } => Model::GraduatedPercentage(tiers_message(tiers)),
        Price::Package {
            size,
            package_price,
            started,
        } => Model::Package(v1::Package {
            size: size.to_string(),
            package_price: package_price.to_string(),
            started: started_out(*started),
        }),
        Price::Percentage { rate } => Model::Percentage(rate_message(rate)),
        Price::Matrix {
            dimensions,
            cells,
            otherwise,
        } => Model::Matrix(Box::new(v1::Matrix {
            dimensions: dimensions.clone(),
            cells: cells.iter().map(cell_message).collect(),
            otherwise: otherwise.as_deref().map(|price| Box::new(price_message(price))),
        })),
    };
    v1::Price { model: Some(model) }
}

pub(super) fn price(at: &mut Reading, message: &v1::Price) -> Option<Price> {
    use v1::price::Model;
    at.required("model", message.model.as_ref(), |at, model| match model {
        Model::Flat(amount) => at.decimal("flat", amount).map(|amount| Price::Flat { amount }),
        Model::PerUnit(message) => per_unit(at, message),
        Model::Graduated(message) => tiers(at, message).map(|tiers| Price::Graduated { tiers }),
        Model::Volume(message) => tiers(at, message).map(|tiers| Price::Volume { tiers }),
        Model::Stairstep(message) => tiers(at, message).map(|tiers| Price::Stairstep { tiers }),
        Model::GraduatedPercentage(message) => {
            tiers(at, message).map(|tiers| Price::GraduatedPercentage { tiers })
        }
        Model::Package(message) => package(at, message),
        Model::Percentage(message) => rate(at, message).map(|rate| Price::Percentage { rate }),
        Model::Matrix(message) => matrix(at, message),
    })
}

fn per_unit(at: &mut Reading, message: &v1::PerUnit) -> Option<Price> {
    let (unit_price, per) = (
        at.decimal("unit_price", &message.unit_price),
        at.decimal("per", &message.per),
    );
    Some(Price::PerUnit {
        unit_price: unit_price?,
        per: per?,
    })
}

fn package(at: &mut Reading, message: &v1::Package) -> Option<Price> {
    let size = at.decimal("size", &message.size);
    let package_price = at.decimal("package_price", &message.package_price);
    let started = at.chosen("started", started_in(message.started));
    Some(Price::Package {
        size: size?,
        package_price: package_price?,
        started: started?,
    })
}

fn matrix(at: &mut Reading, message: &v1::Matrix) -> Option<Price> {
    let cells = at.list("cells", &message.cells, cell);
    let otherwise = at.optional("otherwise", message.otherwise.as_deref(), price);
    Some(Price::Matrix {
        dimensions: message.dimensions.clone(),
        cells: cells?,
        otherwise: otherwise?.map(Box::new),
    })
}

fn cell_message(cell: &MatrixCell) -> v1::MatrixCell {
    v1::MatrixCell {
        values: cell.values.clone(),
        price: Some(price_message(&cell.price)),
    }
}

fn cell(at: &mut Reading, message: &v1::MatrixCell) -> Option<MatrixCell> {
    let price = at.required("price", message.price.as_ref(), price)?;
    Some(MatrixCell {
        values: message.values.clone(),
        price,
    })
}

fn rate_message(rate: &PercentageRate) -> v1::PercentageRate {
    v1::PercentageRate {
        percent: rate.percent.to_string(),
        fixed_fee: text(rate.fixed_fee.as_ref()),
        per_transaction_min: text(rate.per_transaction_min.as_ref()),
        per_transaction_max: text(rate.per_transaction_max.as_ref()),
        free_events: rate.free_events,
        free_amount: text(rate.free_amount.as_ref()),
        free_ends: free_ends_out(rate.free_ends),
    }
}

fn rate(at: &mut Reading, message: &v1::PercentageRate) -> Option<PercentageRate> {
    let percent = at.decimal("percent", &message.percent);
    let fixed_fee = at.optional_decimal("fixed_fee", &message.fixed_fee);
    let per_transaction_min = at.optional_decimal("per_transaction_min", &message.per_transaction_min);
    let per_transaction_max = at.optional_decimal("per_transaction_max", &message.per_transaction_max);
    let free_amount = at.optional_decimal("free_amount", &message.free_amount);
    let free_ends = at.chosen("free_ends", free_ends_in(message.free_ends));
    Some(PercentageRate {
        percent: percent?,
        fixed_fee: fixed_fee?,
        per_transaction_min: per_transaction_min?,
        per_transaction_max: per_transaction_max?,
        free_events: message.free_events,
        free_amount: free_amount?,
        free_ends: free_ends?,
    })
}

fn tiers_message(tiers: &Tiers) -> v1::Tiers {
    v1::Tiers {
        rows: tiers.rows.iter().map(tier_message).collect(),
        bound: bound_out(tiers.bound),
        count: count_out(tiers.count),
        zero: zero_out(tiers.zero),
    }
}

fn tiers(at: &mut Reading, message: &v1::Tiers) -> Option<Tiers> {
    let rows = at.list("rows", &message.rows, tier);
    let bound = at.chosen("bound", bound_in(message.bound));
    let count = at.chosen("count", count_in(message.count));
    let zero = at.chosen("zero", zero_in(message.zero));
    Some(Tiers {
        rows: rows?,
        bound: bound?,
        count: count?,
        zero: zero?,
    })
}

fn tier_message(tier: &Tier) -> v1::Tier {
    v1::Tier {
        up_to: text(tier.up_to.as_ref()),
        unit_price: text(tier.unit_price.as_ref()),
        flat_fee: text(tier.flat_fee.as_ref()),
        percent: text(tier.percent.as_ref()),
        flat_cap: text(tier.flat_cap.as_ref()),
        block: text(tier.block.as_ref()),
    }
}

fn tier(at: &mut Reading, message: &v1::Tier) -> Option<Tier> {
    let up_to = at.optional_decimal("up_to", &message.up_to);
    let unit_price = at.optional_decimal("unit_price", &message.unit_price);
    let flat_fee = at.optional_decimal("flat_fee", &message.flat_fee);
    let percent = at.optional_decimal("percent", &message.percent);
    let flat_cap = at.optional_decimal("flat_cap", &message.flat_cap);
    let block = at.optional_decimal("block", &message.block);
    Some(Tier {
        up_to: up_to?,
        unit_price: unit_price?,
        flat_fee: flat_fee?,
        percent: percent?,
        flat_cap: flat_cap?,
        block: block?,
    })
}

both_ways!(bound_out, bound_in, TierBound, v1::TierBound, { UpperInclusive, UpperExclusive });
both_ways!(count_out, count_in, TierCount, v1::TierCount, { PerPeriod, OverTerm });
both_ways!(zero_out, zero_in, ZeroUsage, v1::ZeroUsage, { NothingDue, FirstFeeDue });
both_ways!(free_ends_out, free_ends_in, FreeEnds, v1::FreeEnds, { Separately, FirstReached });
both_ways!(started_out, started_in, StartedPackage, v1::StartedPackage, { Whole, Exact, Nothing });
