//! The billing models as stories a bookkeeper can check.

use jiff::civil::date;
use pricing::plan::*;
use pricing::price::TierCount;

use super::*;
use crate::facts::*;
use crate::sample::*;

mod absurd;
mod amendments;
mod ceilings;
mod extremes;
mod late;
mod models;
mod prepaid;
mod renewals;
mod terms;
mod waiting;
