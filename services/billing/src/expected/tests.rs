//! The nine billing models as stories a bookkeeper can check.

use jiff::civil::date;
use pricing::plan::*;
use pricing::price::{Price, Tier, TierCount, Tiers};
use rust_decimal::Decimal;

use super::*;
use crate::facts::*;

mod build;
mod models;

use build::*;
