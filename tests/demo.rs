//! The first thing a newcomer runs: from nothing to invoices, equal to the cent.

mod program;

use program::{Installation, complaint, json};

#[test]
fn the_demo_bills_every_story_to_the_cent() {
    let installation = Installation::new();
    let output = installation.run(&["demo", "--check", "--json"]);
    assert!(output.status.success(), "{}", complaint(&output));
    let verdicts = json(&output);
    let verdicts = verdicts.as_array().unwrap();
    assert_eq!(verdicts.len(), 13);
    for verdict in verdicts {
        assert_eq!(verdict["as_expected"], true, "{verdict:#}");
    }
    assert!(
        verdicts
            .iter()
            .filter(|verdict| verdict["invoices"].as_u64() > Some(0))
            .count()
            >= 10
    );
}

#[test]
fn the_demo_says_what_to_do_where_there_are_no_stories() {
    let installation = Installation::new();
    let output = installation.run(&["demo", "--check", "--samples", "no-such-folder"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(complaint(&output).contains("--samples"), "{}", complaint(&output));
}
