//! How often prices are paid, what floors and sums make of them, and tiers that a sentence names by what they follow.

use super::super::super::read;
use super::super::super::written::document;
use crate::terms::{LineItem, TierRow};

/// "Kind values; tiers; +allowance; ≥minimum · cadence (price of a span)".
fn said(line: &LineItem) -> String {
    let price = &line.price;
    let plain = |value: rust_decimal::Decimal| value.normalize().to_string();
    let mut parts = vec![format!("{:?}", line.kind)];
    let values = [&price.amount, &price.unit_price, &price.percent];
    parts.extend(values.into_iter().filter_map(|value| value.copied()).map(plain));
    let steps = line.schedule.iter().filter_map(|step| step.amount.copied());
    parts.extend(steps.map(plain));
    let tier = |row: &TierRow| {
        let price = row.unit_price.copied().or(row.percent.copied()).map(plain);
        format!(
            "{}..{}:{}",
            plain(row.from),
            row.to.map(plain).unwrap_or_default(),
            price.unwrap_or_default()
        )
    };
    parts.extend(price.tiers.iter().flat_map(|tiers| &tiers.rows).map(tier));
    parts.extend(line.included.copied().map(|count| format!("+{}", plain(count))));
    parts.extend(
        price
            .minimum
            .copied()
            .map(|least| format!("min {}", plain(least))),
    );
    let per = price.per.copied().map(|count| format!("/{}", plain(count)));
    parts.extend(per);
    parts.push(
        line.cadence
            .copied()
            .map_or_else(|| String::from("?"), |cadence| cadence.to_string()),
    );
    parts.extend(price.period.copied().map(|period| format!("({period})")));
    parts.join(" ")
}

pub(super) fn check(cases: &[(&str, &[&str])]) {
    let wrong: Vec<String> = cases
        .iter()
        .filter_map(|(text, expected)| {
            let reading = read(&document(text));
            let read: Vec<String> = reading.terms.line_items.iter().map(said).collect();
            (read != *expected).then(|| format!("{text}\n  reads as {read:?}\n  and not {expected:?}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_yearly_price_is_paid_as_often_as_its_parts() {
    check(&[
        (
            "Customer shall pay an annual fee of $120,000, payable monthly.",
            &["Recurring 120000 monthly (annual)"],
        ),
        (
            "Client shall pay an annual maintenance fee of $48,000, payable in twelve equal monthly installments.",
            &["Recurring 48000 monthly (annual)"],
        ),
        (
            "Sponsor shall pay an annual fee of $60,000 in two equal installments, on January 1 and July 1 of each year.",
            &["Recurring 60000 semiannual (annual)"],
        ),
        (
            "Sponsor shall pay in each Contract Year an annual fee of $400,000, in two equal semi-annual installments, the first on October 1.",
            &["Recurring 400000 semiannual (annual)"],
        ),
        (
            "Client shall pay an annual fee of $60,000 and a monthly hosting fee of $500.",
            &["Recurring 60000 annual", "Recurring 500 monthly"],
        ),
        (
            "Company shall pay Consultant an annual retainer of $60,000 and shall pay hourly fees monthly.",
            &["Recurring 60000 annual"],
        ),
        (
            "Licensee shall pay an annual maintenance fee (the \"Maintenance Fee\") of $38,232, being eighteen percent (18%) of the License Fee.",
            &["Recurring 38232 annual"],
        ),
        (
            "Servicer shall receive a fee of one-twelfth of 0.50% of the outstanding principal balance of the Loans as of the first day of each month.",
            &["Percentage 0.5 monthly (annual)"],
        ),
        (
            "Reseller shall pay a program fee of $1,500 on the Effective Date and on each anniversary of it.",
            &["Recurring 1500 annual"],
        ),
        (
            "Licensee shall pay an annual license fee of $10,000 on each January 1.",
            &["Recurring 10000 annual"],
        ),
        (
            "Volant shall pay base compensation of $360,000 for 2000, $420,000 for 2001 and $480,000 for 2002, each in four equal installments.",
            &["Recurring 360000 420000 480000 quarterly (annual)"],
        ),
        (
            "Client agrees to pay Contractor the sum of $4,200 bi-weekly for services.",
            &["Recurring 4200 ?"],
        ),
        (
            "Franchisee shall pay a royalty fee of six percent (6%) of Gross Sales each week.",
            &["Percentage 6 weekly"],
        ),
        (
            "The platform costs $1,500 per month and is invoiced for three months at a time.",
            &["Recurring 1500 quarterly (monthly)"],
        ),
        (
            "Licensee shall pay a royalty of 3% of Net Sales. Royalties are computed for each calendar quarter and are paid within 45 days after the quarter ends.",
            &["Percentage 3 quarterly"],
        ),
        (
            "Licensee shall pay Licensor an annual fee equal to the greater of $100,000 or 2% of Net Sales.",
            &["Percentage 2 min 100000 annual"],
        ),
    ]);
}

#[test]
fn tiers_end_above_the_last_bound() {
    check(&[
        (
            "Company shall pay a success fee of six percent (6%) of the first Five Million Dollars ($5,000,000) of gross proceeds and four percent (4%) of gross proceeds in excess thereof.",
            &["Percentage 0..5000000:6 5000000..:4 ?"],
        ),
        (
            "Licensee shall pay a royalty of 12% on that portion of Net Sales which is less than or equal to $30,000,000, 15% on that portion which is greater than $30,000,000 and less than or equal to $75,000,000, and 18% on that portion which is greater than $75,000,000.",
            &["Percentage 0..30000000:12 30000000..75000000:15 75000000..:18 ?"],
        ),
        (
            "We shall pay you a fee of 5% of the first $1,000,000 of the consideration, 4% of the second $1,000,000 and 1% of any consideration in excess thereof.",
            &["Percentage 0..1000000:5 1000000..2000000:4 2000000..:1 ?"],
        ),
        (
            "The royalty shall be 4% of Net Sales if Net Sales in the year are less than $1,000,000, 5% if Net Sales are $1,000,000 or more but less than $5,000,000, and 6% if Net Sales are $5,000,000 or more.",
            &["Percentage 0..1000000:4 1000000..5000000:5 5000000..:6 ?"],
        ),
        (
            "Licensee shall pay 7% on the portion of Net Sales up to and including $40,000,000, 9% on the portion above that and up to and including $100,000,000, and 11% on the portion above $100,000,000.",
            &["Percentage 0..40000000:7 40000000..100000000:9 100000000..:11 ?"],
        ),
        (
            "Licensee shall pay royalties of 4% of Net Sales until Net Sales have reached $60,000,000 in that year, and 3.25% of Net Sales beyond that figure.",
            &["Percentage 0..60000000:4 60000000..:3.25 ?"],
        ),
        (
            "The Fund shall pay the Administrator an annual fee of 0.15% of the Fund's average daily net assets up to $500 million, 0.12% of the next $500 million, and 0.10% of assets in excess of $1 billion, calculated daily and paid monthly.",
            &["Percentage 0..500000000:0.15 500000000..1000000000:0.12 1000000000..:0.1 monthly (annual)"],
        ),
        (
            "Lodestar shall pay $.06 per Handset User per month for the first 100,000 Handset Users, $.045 for each of the next 200,000, and $.03 for each one above that.",
            &["Usage 0..100000:0.06 100000..300000:0.045 300000..:0.03 monthly"],
        ),
        (
            "An amount for each member is added to the monthly invoice, as follows: for the 12,001st through 20,000th, $0.85; for the 20,001st through 35,000th, $0.70; and for each one above 35,000, $0.55.",
            &["Usage 12001..20000:0.85 20001..35000:0.7 35000..:0.55 monthly"],
        ),
        (
            "Bank shall pay Processor $0.045 per item for all items processed in excess of 1,000,000 items per month.",
            &["Usage 0.045 +1000000 monthly"],
        ),
    ]);
}

#[test]
fn sums_floors_and_rises_are_no_further_charges() {
    check(&[
        (
            "The license fee shall be $850,000, payable $350,000 on execution and the balance in five equal monthly installments of $100,000.",
            &["OneTime 350000 one_time", "Recurring 100000 monthly"],
        ),
        (
            "For calendar year 2001 the fee shall be $1,200,000, payable monthly in the amount of $100,000.",
            &["Recurring 100000 monthly"],
        ),
        (
            "Licensee shall pay royalties of not less than $50,000 in the first License Year, $75,000 in the second License Year and $100,000 in each License Year thereafter.",
            &["MinimumCommitment 50000 75000 100000 annual"],
        ),
        (
            "Client shall pay a fee of 2.5% of all Net Revenues, but in no event less than $5,000 per month.",
            &["Percentage 2.5 min 5000 ?"],
        ),
        (
            "The rental for each site shall be $1,200 per month, increasing by 3% on each anniversary.",
            &["Seat 1200 monthly"],
        ),
        (
            "The annual fee for Contract Year 1 shall be $100,000. The annual fee for each subsequent Contract Year shall be 105% of the annual fee for the preceding Contract Year.",
            &["Recurring 100000 annual"],
        ),
        (
            "Provider shall credit Customer 5% of the monthly fee for each hour of downtime. The monthly fee is $900.",
            &["Recurring 900 monthly"],
        ),
        (
            "Upon receipt of FDA approval, Company shall pay a one-time fee of $500,000 and, thereafter, royalties of 6% of Net Sales, payable quarterly.",
            &["Milestone 500000 one_time", "Percentage 6 quarterly"],
        ),
        (
            "The fee is $100, payable one-third upon execution, one-third upon delivery of the draft report and one-third upon delivery of the final report.",
            &[
                "OneTime 33.33 one_time",
                "Milestone 33.33 one_time",
                "Milestone 33.34 one_time",
            ],
        ),
        (
            "Sponsor shall pay $465,000 in three like payments of $155,000 on January 15, May 1 and September 1, 2002.",
            &["Recurring 155000 155000 155000 dated"],
        ),
        (
            "Advertiser shall pay $20 CPM for banner impressions.",
            &["Usage 20 /1000 per_event"],
        ),
    ]);
}

#[test]
fn years_have_many_names() {
    check(&[
        (
            "Operator shall pay $3,000 per month for the first two Operating Years and $4,000 per month thereafter.",
            &["Recurring 3000 4000 monthly"],
        ),
        (
            "Operator's fee shall be $3,000 per month during the first two (2) contract years and $4,000 per month thereafter.",
            &["Recurring 3000 4000 monthly"],
        ),
    ]);
}

#[test]
fn what_one_fee_says_is_not_said_of_the_next() {
    check(&[
        (
            "Customer shall pay a quarterly retainer of $10,000, due in advance, and a success fee of $10,000 on completion.",
            &["Recurring 10000 quarterly", "Milestone 10000 one_time"],
        ),
        (
            "Customer pays a monthly platform fee of $5,000, payable in advance, a one-time setup fee of $2,000 and a one-time data migration fee of $3,000.",
            &[
                "Recurring 5000 monthly",
                "OneTime 2000 one_time",
                "OneTime 3000 one_time",
            ],
        ),
        (
            "Customer shall pay an annual license fee of $24,000, payable annually in advance, and a setup fee of $6,000 payable in two equal installments.",
            &["Recurring 24000 annual", "OneTime 6000 one_time"],
        ),
        (
            "The annual fee is $24,000. The Provider will repay any overpayment in four equal installments.",
            &["Recurring 24000 annual"],
        ),
        (
            "Beta shall pay an annual fee of $50,000, and the tooling cost shall be paid in two equal installments.",
            &["Recurring 50000 annual"],
        ),
        (
            "The annual fee is $60,000 payable in arrears in two equal installments, and the monthly support fee is $500.",
            &["Recurring 60000 semiannual (annual)", "Recurring 500 monthly"],
        ),
        (
            "Customer pays $2,000 per month with an annual increase of 4% and a setup fee of $800.",
            &["Recurring 2000 monthly", "OneTime 800 one_time"],
        ),
        (
            "The monthly fee is $5,000. Subcontractor work is invoiced at 112% of Alpha's cost in the previous month.",
            &["Recurring 5000 monthly", "Percentage 112 monthly"],
        ),
        (
            "Alpha shall be paid 3% of Net Sales, but in no event less than $5,000 per month, and a support fee of $900 per month.",
            &["Percentage 3 min 5000 ?", "Recurring 900 monthly"],
        ),
        (
            "Customer shall pay a setup fee of $10,000, with a review meeting on each anniversary of the Effective Date.",
            &["OneTime 10000 one_time"],
        ),
        (
            "The fee of $9,000 per month is payable one-third upon the 1st, one-third upon the 10th and one-third upon the 20th of each month.",
            &["Recurring 9000 monthly"],
        ),
        (
            "Royalties are computed for each calendar quarter and are paid within 45 days. Beta shall pay a royalty of 5% of Net Sales and a monthly license fee of $2,000.",
            &["Percentage 5 quarterly", "Recurring 2000 monthly"],
        ),
    ]);
}
