//! The invoicing service is killed (SIGKILL) in the middle of billing runs, again and again: nothing is lost, nothing is
//! there twice, numbers have no gap, every entry balances, and the books equal those of runs that nobody disturbed.

mod program;

use program::{Installation, complaint, json};
use serde_json::json;

#[test]
fn kill_minus_nine_loses_nothing_and_bills_nothing_twice() {
    let installation = Installation::new();
    let output = installation.run(&["--json", "bench", "crash", "--contracts", "60", "--kills", "8"]);
    assert!(output.status.success(), "{}", complaint(&output));
    let report = json(&output);
    assert_eq!(report["kills"], 8);
    assert_eq!(report["faults"], json!([]));
    assert!(report["invoices"].as_u64().unwrap() >= 60, "{report}");
}

#[test]
fn kill_minus_nine_keeps_every_acknowledged_event_once() {
    let installation = Installation::new();
    let arguments = ["--kills", "6", "--batch", "50"];
    let output = installation.run(&[&["--json", "bench", "crash-usage"][..], &arguments].concat());
    assert!(output.status.success(), "{}", complaint(&output));
    let report = json(&output);
    assert_eq!(report["faults"], json!([]));
    assert_eq!(report["kills"], 6);
    assert!(report["events"].as_u64().unwrap() >= 50, "{report}");
    assert!(report["broken_off"].as_u64().unwrap() >= 1, "{report}");
}
