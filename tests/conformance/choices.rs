//! Rule choices that figures of a case may rest on.

/// Choices the engine does not offer, and why.
pub(crate) const NOT_OFFERED: [(&str, &str); 3] = [
    (
        "split_line:unit_conversion_rounded_per_line",
        "rounds each part of a period up by itself and so bills more than the period used",
    ),
    (
        "day_count:fixed_month_28",
        "no contract counts months of 28 days; actual days and months of 30 are offered",
    ),
    (
        "stub_denominator:previous_date_not_realigned",
        "divides a stub by a month that is not its own, a slip of one engine",
    ),
];

/// Choices that are the engine's own rule, or that an adapter sets an option for.
const OFFERED: [&str; 50] = [
    "allowance:first_limit_reached_ends_both",
    "change_day:belongs_to_new",
    "credit_note:net_and_tax_rounded_then_added",
    "credits:overage_repaid_from_next_grant",
    "credits:pay_tax_too",
    "credits:priority_then_created",
    "credits:priority_then_expiry_then_id",
    "cross_cadence:annual_over_365",
    "day_count:actual_half_open",
    "day_count:actual_inclusive",
    "day_count:fixed_month_30",
    "discount:fixed_before_percentage",
    "discount:floor_at_zero",
    "discount:percentage_before_fixed",
    "discount:percentages_added",
    "discount:percentages_compound",
    "discount:sequential_on_remainder",
    "flat_fee:not_prorated",
    "fraction_scale:9_half_up",
    "maximum:after_percent_discount",
    "minimum:prorated_by_active_days",
    "minimum:true_up_on_last_line_net_of_billed",
    "month_end:clamp_and_restore",
    "one_time:never_prorated",
    "package:exact_fraction",
    "package:round_down",
    "package:started_package_is_whole",
    "remainder:largest_fraction_then_id",
    "remainder:last_line",
    "revenue_days:daily",
    "revenue_days:prorated_calendar_months",
    "revenue_days:straight_line_monthly",
    "rounding:cumulative_difference",
    "rounding:half_away_from_zero_per_line",
    "rounding:half_up_per_line",
    "rounding:nearest_at_scale",
    "rounding:not_at_pricing_step",
    "rounding:per_line",
    "rounding:per_month",
    "seats:movement_priced_in_tier_of_running_count",
    "seats:no_refund_inside_period",
    "seats:replacement_free_up_to_paid_peak",
    "split_line:cumulative_difference",
    "split_line:flat_arrears_on_last_line_only",
    "split_line:volume_on_last_line_only",
    "stub:first_cycle_day_on_or_after_start",
    "stub:leading_to_first_cycle_day",
    "stub:one_short_first_period",
    "tax:invoice_total_from_unrounded_lines",
    "transaction_limits:after_fixed_fee_not_on_free_events",
];

/// Choices of tiers, which are options of their own.
const OF_TIERS: [&str; 4] = [
    "tier_bound:integer_gap_goes_up",
    "tier_bound:upper_exclusive",
    "tier_bound:upper_inclusive",
    "zero_usage:first_tier_flat_fee_due",
];

/// Does an adapter know what this choice means?
pub(crate) fn is_known(choice: &str) -> bool {
    OFFERED.contains(&choice)
        || OF_TIERS.contains(&choice)
        || NOT_OFFERED.iter().any(|(token, _)| *token == choice)
}

/// How a line may be rounded; all of them are half away from zero, by the names that sources have for it.
pub(crate) const ROUNDINGS: [&str; 4] = [
    "half_up",
    "half_up_per_line",
    "half_away_from_zero",
    "half_away_from_zero_per_line",
];

/// Inputs that explain others, and are not to be reckoned with: how a list was formed, what is already in a date.
pub(crate) const EXPLAIN: [&str; 4] = ["events_inferred_from", "trial_days", "from", "seat"];
