//! Rhythm said elsewhere: of shares by reports and payments, of lines by the number of their section; prices that belong together.

use super::paid::check;

#[test]
fn a_share_is_settled_as_often_as_it_is_reported_or_paid() {
    const ROYALTY: &str = "Licensee shall pay Licensor a royalty of 5% of Net Sales. ";
    let royalty = |rest: &str| format!("{ROYALTY}{rest}");
    let cases: Vec<(String, &[&str])> = vec![
        (
            royalty(
                "Within 30 days of the end of each payment quarter Licensee must provide a statement of Products sold.",
            ),
            &["Percentage 5 quarterly"],
        ),
        (
            royalty(
                "Licensee shall render semi-annual statements of account as of June 30 and December 31 of each year.",
            ),
            &["Percentage 5 semiannual"],
        ),
        (
            royalty(
                "Royalties shall be remitted on or before the 20th day of the month following the month of sale.",
            ),
            &["Percentage 5 monthly"],
        ),
        (
            royalty(
                "Such payments will be made within ten days of receipt of said payments by Licensee from third parties.",
            ),
            &["Percentage 5 per_event"],
        ),
        // What a payment sentence says goes before what a report says.
        (
            royalty(
                "Licensee shall deliver monthly statements of Net Sales. Royalties are payable within 45 days after the end of each calendar quarter.",
            ),
            &["Percentage 5 quarterly"],
        ),
        // An audit, a minimum or interest says nothing of it.
        (
            royalty("Licensor may audit the royalty statements once per year."),
            &["Percentage 5 ?"],
        ),
        (
            String::from(
                "Licensee shall pay to Licensor 30% of all sublicensing revenues within thirty (30) days of receipt thereof.",
            ),
            &["Percentage 30 per_event"],
        ),
    ];
    let cases: Vec<(&str, &[&str])> = cases
        .iter()
        .map(|(text, lines)| (text.as_str(), *lines))
        .collect();
    check(&cases);
}

#[test]
fn prices_of_one_sentence_keep_to_themselves() {
    check(&[
        (
            "Owner shall pay a management fee of 3% of Gross Revenues, payable monthly, together with an incentive fee of 10% of \
            Net Income, payable annually.",
            &["Percentage 3 monthly", "Percentage 10 annual"],
        ),
        (
            "The base fee shall be $45,000 per month for up to 50,000 accounts, and $0.85 per month for each account in excess of 50,000.",
            &["Recurring 45000 monthly", "Usage 0.85 +50000 monthly"],
        ),
        (
            "The Company shall pay a fee of $.35 per item processed, with a minimum monthly charge of $5,000.",
            &["Usage 0.35 min 5000 monthly"],
        ),
        (
            "Purchaser shall pay $14.25 per case for Product delivered.",
            &["Usage 14.25 per_event"],
        ),
        (
            "The hosting charge is $1,000 a month in 2026 and goes up to $1,100 a month on 1 January 2027.",
            &["Recurring 1000 1100 monthly"],
        ),
        (
            "Licensee shall pay $5,000 per year. If you were to hire somebody you would be looking at some $72,000 a year.",
            &["Recurring 5000 annual"],
        ),
        (
            "Consultant is paid $900 per day. A day is eight hours; half days are charged at half the rate.",
            &["Usage 900 ?"],
        ),
    ]);
}

#[test]
fn what_is_offered_is_charged_however_it_is_told() {
    check(&[
        (
            "You asked for a quote: hosting is $200 per month and support is $50 per month.",
            &["Recurring 200 monthly", "Recurring 50 monthly"],
        ),
        (
            "Going over the limit would cost you $0.02 per message.",
            &["Usage 0.02 per_event"],
        ),
        (
            "We keep last year's price: $400 per month.",
            &["Recurring 400 monthly"],
        ),
        (
            "Premium support, for which you paid nothing before, is $40 per month.",
            &["Recurring 40 monthly"],
        ),
        // A bound of the fee stays one; a bonus beside it is asked about.
        (
            "Client shall pay 5% of sales, with a total payment of up to $10,000 per year, settled monthly.",
            &["Percentage 5 monthly"],
        ),
        // Royalties that somebody else is paid, and shares paid at one moment, say nothing of the rhythm.
        (
            "Licensee shall pay a royalty of 4% of Net Sales. Licensor shall pay royalties to the University each month.",
            &["Percentage 4 ?"],
        ),
        (
            "The fee is $5,000 per month for up to 100 users; further users cost $40 each per month.",
            &["Recurring 5000 monthly", "Seat 40 monthly"],
        ),
        (
            "The price is $45,000, payable 40% with the order and 60% on acceptance.",
            &["Milestone 18000 40 one_time", "Milestone 27000 60 one_time"],
        ),
        (
            "Beta pays $900 monthly, with 10% upon order and 90% upon delivery.",
            &["Recurring 900 monthly"],
        ),
    ]);
}
