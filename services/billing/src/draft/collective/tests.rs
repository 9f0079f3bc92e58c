use jiff::civil::date;

use super::*;

fn usd(amount: &str) -> Money {
    Money::new(amount.parse().unwrap(), "USD".parse().unwrap())
}

/// A part with 7.3 % tax on its net.
fn part(charge: &str, net: &str, tax: &str, included: bool) -> Part {
    let (base, amount) = (usd(net), usd(tax));
    let total = base.plus(amount).unwrap();
    let posting = |account, side, amount: Money, charge: Option<&str>| {
        Posting::signed(account, side, amount.amount, charge.map(str::to_owned))
    };
    let payable = LedgerAccount::TaxPayable {
        tax: "vat".to_owned(),
    };
    let postings = [
        posting(LedgerAccount::AccountsReceivable, Side::Debit, total, None),
        posting(LedgerAccount::Revenue, Side::Credit, base, Some(charge)),
        posting(payable, Side::Credit, amount, None),
    ];
    let entry = JournalEntry::try_new(
        date(2026, 1, 1),
        "part".to_owned(),
        base.currency,
        postings.into_iter().flatten().collect(),
    );
    Part {
        taxes: vec![TaxLine {
            tax: "vat".to_owned(),
            name: "VAT".to_owned(),
            percent: "7.3".parse().unwrap(),
            included,
            base,
            amount,
        }],
        net: base,
        entry: entry.unwrap(),
    }
}

fn together(parts: &[Part]) -> (Collective, Vec<String>) {
    let currency = "USD".parse().unwrap();
    let all = collect(date(2026, 1, 1), "all".to_owned(), currency, parts).unwrap();
    let shown = |posting: &Posting| {
        let side = if posting.side == Side::Debit {
            "debit"
        } else {
            "credit"
        };
        format!("{side} {} {}", posting.account, posting.amount.normalize())
    };
    let postings = all.entry.postings().iter().map(shown).collect();
    (all, postings)
}

#[test]
fn tax_is_on_the_sum_of_all_lines_and_the_entry_balances_to_the_cent() {
    // 7.3 % of 10.10 is 0.7373, alone 0.74 each; of 20.20 it is 1.4746.
    let parts = [
        part("a", "10.10", "0.74", false),
        part("b", "10.10", "0.74", false),
    ];
    let (all, postings) = together(&parts);
    assert_eq!((all.net, all.total), (usd("20.20"), usd("21.67")));
    assert_eq!(
        (all.taxes[0].base, all.taxes[0].amount),
        (usd("20.20"), usd("1.47"))
    );
    assert_eq!(
        postings,
        [
            "debit accounts receivable 21.67",
            "credit tax payable (vat) 1.47",
            "credit revenue 10.1",
            "credit revenue 10.1"
        ]
    );
}

#[test]
fn contained_tax_leaves_the_total_and_moves_the_cent_within_it() {
    // 10.84 with the tax contain 0.7375, alone 0.74; 21.68 contain 1.4750, rounded 1.47 (1.47497).
    let parts = [part("a", "10.10", "0.74", true), part("b", "10.10", "0.74", true)];
    let (all, postings) = together(&parts);
    assert_eq!(all.total, usd("21.68"));
    assert_eq!(all.net.plus(all.taxes[0].amount).unwrap(), usd("21.68"));
    assert_eq!((all.taxes[0].amount, all.net), (usd("1.47"), usd("20.21")));
    assert_eq!(postings[0], "debit accounts receivable 21.68");
}

#[test]
fn one_id_is_one_rate_on_a_document() {
    let (one, mut other) = (part("a", "1", "0", false), part("b", "1", "0", false));
    assert!(agree(&one.taxes, &other.taxes));
    other.taxes[0].percent = "20".parse().unwrap();
    assert!(!agree(&one.taxes, &other.taxes));
    other.taxes[0].tax = "other".to_owned();
    assert!(agree(&one.taxes, &other.taxes));
}
