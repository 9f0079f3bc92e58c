use jiff::civil::date;

use super::*;

fn posting(account: LedgerAccount, side: Side, amount: i64) -> Posting {
    Posting {
        account,
        side,
        amount: amount.into(),
        charge: None,
    }
}

fn entry(postings: Vec<Posting>) -> Result<JournalEntry, JournalError> {
    JournalEntry::try_new(
        date(2025, 1, 1),
        "test".to_owned(),
        "USD".parse().unwrap(),
        postings,
    )
}

#[test]
fn only_what_balances_is_an_entry() {
    let debit = |amount| posting(LedgerAccount::AccountsReceivable, Side::Debit, amount);
    let credit = |amount| posting(LedgerAccount::Revenue, Side::Credit, amount);
    assert!(entry(vec![debit(3), credit(1), credit(2)]).is_ok());
    assert!(matches!(
        entry(vec![debit(3), credit(1)]),
        Err(JournalError::Unbalanced { .. })
    ));
    assert!(matches!(
        entry(vec![debit(-1), credit(-1)]),
        Err(JournalError::NotPositive { .. })
    ));
}

#[test]
fn an_entry_read_back_is_checked_again() {
    let good = entry(vec![
        posting(LedgerAccount::AccountsReceivable, Side::Debit, 5),
        posting(
            LedgerAccount::TaxPayable {
                tax: "vat".to_owned(),
            },
            Side::Credit,
            5,
        ),
    ])
    .unwrap();
    let text = serde_json::to_string(&good).unwrap();
    assert_eq!(serde_json::from_str::<JournalEntry>(&text).unwrap(), good);
    let forged = text.replacen("\"5\"", "\"6\"", 1);
    assert!(
        serde_json::from_str::<JournalEntry>(&forged)
            .unwrap_err()
            .to_string()
            .contains("does not balance")
    );
}

#[test]
fn a_negative_amount_stands_on_the_other_side() {
    let signed = Posting::signed(LedgerAccount::Revenue, Side::Credit, Decimal::NEGATIVE_ONE, None).unwrap();
    assert_eq!((signed.side, signed.amount), (Side::Debit, Decimal::ONE));
    assert_eq!(
        Posting::signed(LedgerAccount::Revenue, Side::Credit, Decimal::ZERO, None),
        None
    );
}
