//! What sentences charge, and what they do not.

use super::super::read;
use super::super::written::document;

mod paid;
mod settled;

/// Each line as "sort amounts · cadence".
fn lines(text: &str) -> Vec<String> {
    let reading = read(&document(text));
    let of = |line: &crate::terms::LineItem| {
        let price = &line.price;
        let mut parts = vec![format!("{:?}", line.kind)];
        let steps = line
            .schedule
            .iter()
            .flat_map(|step| [&step.amount, &step.unit_price]);
        let values = [&price.amount, &price.unit_price, &price.percent]
            .into_iter()
            .chain(steps);
        parts.extend(
            values
                .filter_map(|value| value.copied())
                .map(|value| value.normalize().to_string()),
        );
        parts.push(
            line.cadence
                .copied()
                .map_or_else(|| String::from("?"), |cadence| cadence.to_string()),
        );
        parts.join(" ")
    };
    reading.terms.line_items.iter().map(of).collect()
}

#[test]
fn sentences_charge_what_they_say_once() {
    let cases: [(&str, &[&str]); 82] = [
        (
            "Client shall pay Provider for every parcel that leaves the warehouse $1.85, and for every parcel returned by a \
             consumer a further sixty-five cents ($.65).",
            &["Usage 1.85 per_event", "Usage 0.65 per_event"],
        ),
        (
            "Client will remunerate Provider monthly, at the end of the month, with the sum of $6,450.",
            &["Recurring 6450 monthly"],
        ),
        ("Repetitions are charged at $0.05.", &["Usage 0.05 per_event"]),
        (
            "The Transition Charge is a one-time charge of $480,000, in three (3) equal parts of $160,000 each.",
            &["OneTime 160000 one_time"],
        ),
        (
            "Client shall pay Provider the following royalties on Net Sales in each calendar year:\n\n(a) six percent (6%) of \
             that portion of Net Sales which does not exceed $2,000,000;\n\n(b) five percent (5%) of that portion of Net Sales \
             which exceeds $2,000,000.",
            &["Percentage annual"],
        ),
        (
            "Client shall pay Provider 3.25% of the handle, settled weekly.",
            &["Percentage 3.25 weekly"],
        ),
        // What is told, owed to others, or taken the place of, charges nothing.
        (
            "The parties note that the rate card of Provider for comparable placements stands at $18.00 per thousand.",
            &[],
        ),
        (
            "Client will pay the bank 2.35% of each sale plus a terminal rental of $30 monthly.",
            &[],
        ),
        (
            "Should the actual cost be less than $265,000, Provider shall return the difference to Client.",
            &[],
        ),
        (
            "Market studies put the cost of an untrained operator at $11,400 a year.",
            &[],
        ),
        (
            "Client presently sells the Service to its customers at $11.95 a month.",
            &[],
        ),
        ("Price per agent: $37 per month (was $45).", &["Seat 37 monthly"]),
        ("The previous system cost the Client £29,400 a year.", &[]),
        (
            "Client advises that the manufacturer's present charge for such a contract is $7,350.00 a month.",
            &[],
        ),
        (
            "Provider advises that Client shall pay a fee of $500 per month.",
            &["Recurring 500 monthly"],
        ),
        (
            "Section 4.1 is amended by striking \"$2.75 per check\" and inserting in its place \"$2.95 per check\".",
            &["Usage 2.95 per_event"],
        ),
        (
            "For any year in which royalties do not reach $48,000, Client shall pay the difference.",
            &["MinimumCommitment 48000 annual"],
        ),
        (
            "Client agrees to pay, as follows: $.62 per minute for the first 500,000 minutes in a calendar month; $.58 per \
             minute for the next 500,000 minutes in such month; and $.53 per minute for all minutes in such month beyond \
             1,000,000.",
            &["Usage monthly"],
        ),
        (
            "Client shall pay a set-up fee of $12,500.00, one-half of which shall be paid upon execution of this Agreement and \
             the balance of which shall be paid upon the Launch Date.",
            &["OneTime 6250 one_time", "Milestone 6250 one_time"],
        ),
        (
            "Buyer will pay for the Tooling, a fixed charge of $186,000, in three parts: forty percent on placement of the order, \
             forty percent on delivery of samples, and twenty percent on approval of the report.",
            &[
                "Milestone 74400 40 one_time",
                "Milestone 74400 40 one_time",
                "Milestone 37200 20 one_time",
            ],
        ),
        (
            "Company shall pay to Lender base compensation of $240,000 for each Contract Year, in equal quarterly installments \
             of $60,000.",
            &["Recurring 60000 quarterly"],
        ),
        (
            "For each contract renewed by telephone, Client will pay Agent a sales incentive of $6.25.",
            &["Usage 6.25 per_event"],
        ),
        (
            "Client will compensate Consultant by the hour, at the rate of $165 for a project manager.",
            &["Usage 165 ?"],
        ),
        ("The minimum initial investment in each Fund is $2,500.", &[]),
        (
            "A party which does so shall pay the other $10,000 for each person.",
            &[],
        ),
        (
            "The unit prices will be changed by $0.011 for each full ten cents ($0.10) of the move.",
            &[],
        ),
        (
            "Client shall pay Provider $4,000 per month based on the average number of accounts.",
            &["Recurring 4000 monthly"],
        ),
        (
            "Provider maintains the site at its own cost and Client shall pay $500 per month for it.",
            &["Recurring 500 monthly"],
        ),
        (
            "Client represents that it is solvent and shall pay Provider $900 per month.",
            &["Recurring 900 monthly"],
        ),
        (
            "Customer shall pay a fee of $500 per month, which will be adjusted annually.",
            &["Recurring 500 monthly"],
        ),
        (
            "Client shall pay an annual fee of $9,000 for the budgeted services.",
            &["Recurring 9000 annual"],
        ),
        (
            "The platform fee is raised from $400 per month to $460 per month.",
            &["Recurring 460 monthly"],
        ),
        (
            "Clause 2 is amended by replacing \"$90 per month\" with \"$95 per month\".",
            &["Recurring 95 monthly"],
        ),
        (
            "The licence fee is $10,000 in Year 1, $12,000 in Year 2 and $15,000 in Year 3, invoiced annually in advance.",
            &["Recurring 10000 12000 15000 annual"],
        ),
        (
            "The total fixed fee is $40,000, payable in the following installments: 25% upon signature of this order; \
             75% upon delivery of the final report.",
            &["Milestone 10000 25 one_time", "Milestone 30000 75 one_time"],
        ),
        (
            "Customer purchases 20,000 scan credits for $1,800, invoiced on signature.",
            &["PrepaidCredit 1800 one_time"],
        ),
        (
            "Customer pays an archive fee of $300 per quarter, in advance, and a commission of 4% of net sales, paid monthly.",
            &["Recurring 300 quarterly", "Percentage 4 monthly"],
        ),
        (
            "Cleaning costs $500 a month. We invoice this at the end of every month. Repairs cost $60 per visit.",
            &["Recurring 500 monthly", "Usage 60 per_event"],
        ),
        (
            "The price of an operator seat is $60 per month until 30 June 2026. From 1 July 2026 it is $66 per month, and \
             from 1 January 2027 it is $70 per month.",
            &["Seat 60 66 70 monthly"],
        ),
        (
            "The hosting fee is $900 per month. From 1 July 2026 the backup fee is $80 per month.",
            &["Recurring 900 monthly", "Recurring 80 monthly"],
        ),
        (
            "Each analyst seat costs $50 per month.\n\nFrom 1 July 2026 it is $55 per month.",
            &["Seat 50 monthly", "Recurring 55 monthly"],
        ),
        (
            "On October 1, 2026 Customer buys credits for $10,000. Whenever the balance falls below $5,000, Customer buys \
             further credits of $8,000 at the price of $8,000.",
            &["PrepaidCredit 10000 one_time"],
        ),
        (
            "2. Scan credits\nOn the start date Customer buys scan credits for $3,000.00. Provider invoices the price on that date.",
            &["PrepaidCredit 3000 one_time"],
        ),
        (
            "Provider shall invoice fees monthly in arrears. Client shall pay $0.20 per scanned page.",
            &["Usage 0.2 monthly"],
        ),
        (
            "Customer pays a commission of 3% of net sales.",
            &["Percentage 3 ?"],
        ),
        (
            "Licensee pays a one-time license fee of $9,000, of which $4,000 upon delivery of the software and $5,000 upon \
             acceptance.",
            &["Milestone 4000 one_time", "Milestone 5000 one_time"],
        ),
        (
            "The mirror service ($50 per month) is cancelled. The mail service costs $20 per month.",
            &["Recurring 20 monthly"],
        ),
        ("10% of every invoice is retained until final acceptance.", &[]),
        ("From June the monthly charge goes up to $75.", &[]),
        (
            "Dealer shall spend not less than $40,000 on local advertising each year.",
            &[],
        ),
        (
            "A transfer of more than thirty percent (30%) of the voting stock is a transfer.",
            &[],
        ),
        (
            "Licensee shall pay the trustee's fee of $900 per year, payable directly to the trustee.",
            &[],
        ),
        ("No member may incur debt of $80,000 in any year.", &[]),
        ("Participants shall pay $4 per transaction.", &[]),
        (
            "Grower shall pay Mill a fee of $0.30 per pound for the first 9,000 pounds and $0.25 per pound for all quantities in \
             excess of 9,000 pounds.",
            &["Usage ?"],
        ),
        (
            "Storage in excess of 40 pallets in any month will be charged at the rate of $6 per pallet.",
            &["Usage 6 monthly"],
        ),
        (
            "Calls in excess of eight per month are billed at $35 each.",
            &["Usage 35 monthly"],
        ),
        (
            "Dealer shall pay a fee of $60,000, of which $20,000 is payable on March 1, 2007, $25,000 on June 1, 2007 and \
             $15,000 on September 1, 2007.",
            &[
                "OneTime 20000 one_time",
                "OneTime 25000 one_time",
                "OneTime 15000 one_time",
            ],
        ),
        (
            "Bank shall pay an annual fee of $14,400, payable in equal monthly installments of $1,200 each.",
            &["Recurring 1200 monthly"],
        ),
        (
            "Client shall pay $3,000 per month for months one through four and $3,600 per month for months five through twelve.",
            &["Recurring 3000 3600 monthly"],
        ),
        (
            "Dealer shall purchase Products of no less than $70,000 in the first Contract Year and $90,000 in each Contract Year \
             thereafter.",
            &["MinimumCommitment 70000 90000 annual"],
        ),
        (
            "Publisher shall pay Author a royalty of 7% of net receipts. Royalties shall be paid within sixty days after the end \
             of each calendar quarter.",
            &["Percentage 7 quarterly"],
        ),
        (
            "Station shall pay a fee of $2.00 for each $500 of advertising sold, payable within ten days of the end of the month.",
            &["Usage 2 monthly"],
        ),
        (
            "Within five (5) business days after execution of this Agreement the Hotel shall pay Manager the sum of $8,000.",
            &["OneTime 8000 one_time"],
        ),
        (
            "Buyer shall pay a tooling charge of $30,000, fifty percent (50%) upon delivery of the mould and fifty percent (50%) \
             upon acceptance.",
            &["Milestone 15000 50 one_time", "Milestone 15000 50 one_time"],
        ),
        (
            "Installation shall be provided at $700 per day.",
            &["Usage 700 ?"],
        ),
        (
            "Store shall pay Ten Dollars and Fifty Cents ($10.50) for each crate delivered.",
            &["Usage 10.5 per_event"],
        ),
        (
            "In the event Dealer purchases an amount less than $45,000, this Agreement will terminate.",
            &[],
        ),
        (
            "The Bank shall pay a processing fee of $0.40 per account per month, subject to a minimum monthly fee of $5,500.",
            &["Usage 0.4 monthly"],
        ),
        (
            "Vendor shall make available a trailer at a rate of $85 per day.",
            &["Usage 85 ?"],
        ),
        (
            "Shop shall pay a commission of two and one-half percent (2 1/2%) of sales, paid monthly.",
            &["Percentage 2.5 monthly"],
        ),
        (
            "Radio shall pay $90,000, payable $30,000 upon execution of this Agreement and $10,000 per month for six consecutive \
             months beginning June 1, 2000.",
            &["OneTime 30000 one_time", "Recurring 10000 monthly"],
        ),
        (
            "Cable shall pay the Authority an annual fee of $120,000 in each of the first two years and $135,000 in the third year.",
            &["Recurring 120000 135000 annual"],
        ),
        (
            "Each party shall bear fifty percent (50%) of the cost of joint advertising.",
            &[],
        ),
        (
            "University shall be paid the greater of $5,000 and 3% of revenue, payable quarterly.",
            &["Percentage 3 quarterly"],
        ),
        (
            "Tenant shall pay monthly rent as follows: January 1, 2010 - December 31, 2010: $1,100; January 1, 2011 - December 31, \
             2011: $1,150.",
            &["Recurring 1100 1150 monthly"],
        ),
        (
            "If Tenant holds over, rent shall be 150% of the rent last payable.",
            &[],
        ),
        (
            "Institute shall receive a royalty of 4% of Net Sales, due within sixty days after the end of each calendar half-year.",
            &["Percentage 4 semiannual"],
        ),
        (
            "Dealer shall pay license fees of $40,000 as follows: $10,000 upon execution; $15,000 on June 30, 2001; and the \
             balance of $15,000 on December 31, 2001.",
            &[
                "OneTime 10000 one_time",
                "OneTime 15000 one_time",
                "OneTime 15000 one_time",
            ],
        ),
        (
            "Franchisee shall pay a royalty of the greater of 5% of gross sales or $300 per week.",
            &["Percentage 5 weekly"],
        ),
        ("Fuel will be charged at cost plus $0.50 per gallon.", &[]),
        (
            "Customer shall reimburse travel expenses at cost, not to exceed $900 per month.",
            &["Usage monthly"],
        ),
    ];
    let wrong: Vec<(&str, Vec<String>)> = cases
        .iter()
        .map(|(text, expected)| (*text, *expected, lines(text)))
        .filter(|(_, expected, read)| read != expected)
        .map(|(text, _, read)| (text, read))
        .collect();
    assert_eq!(wrong, []);
}

#[test]
fn what_no_line_holds_is_asked_about() {
    let cases = [
        (
            "The platform costs $100 per month. The first two months are free of charge.",
            true,
        ),
        (
            "The platform costs $100 per month. Repairs within the first two months are free of charge under warranty.",
            false,
        ),
    ];
    for (text, expected) in cases {
        let reading = read(&document(text));
        let asked = reading
            .flags
            .iter()
            .any(|flag| flag.sentence.contains("cost nothing"));
        assert_eq!(asked, expected, "{text}");
    }
}

#[test]
fn a_price_ends_on_no_day_of_the_one_before() {
    let text = "The hosting fee is $1,000 per month through December 31, 2024 and the support fee is $300 per month thereafter.";
    let ends: Vec<Option<jiff::civil::Date>> = read(&document(text))
        .terms
        .line_items
        .iter()
        .map(|line| line.end.copied())
        .collect();
    assert_eq!(ends, [Some(jiff::civil::date(2024, 12, 31)), None]);
}

#[test]
fn each_part_takes_its_own_day() {
    let text = "Dealer shall pay a fee of $45,000, of which $20,000 is payable on March 1, 2007 and $25,000 on June 1, 2007.";
    let lines = read(&document(text)).terms.line_items;
    let dated: Vec<String> = lines
        .iter()
        .filter_map(|line| {
            Some(format!(
                "{} {}",
                line.price.amount.copied()?.normalize(),
                line.start.copied()?
            ))
        })
        .collect();
    assert_eq!(dated, ["20000 2007-03-01", "25000 2007-06-01"]);
}
