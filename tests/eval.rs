//! `quittance eval`: contracts whose terms are known are read as well as before, or the run is refused. A figure may only
//! improve; when it does, write the new one into `tests/known/baselines`.

mod program;

use std::path::{Path, PathBuf};

use program::{Installation, complaint, json, root, shared};

/// Folders of contracts whose terms are known, each with the figures it must not fall below.
fn folders() -> Vec<(PathBuf, &'static str)> {
    let ours = [
        (root().join("tests/known"), "known"),
        (root().join("samples"), "samples"),
    ];
    let others = [("contracts", "contracts"), ("contracts/modern", "modern")];
    let others = others
        .into_iter()
        .filter_map(|(folder, name)| Some((shared(folder)?, name)));
    ours.into_iter().chain(others).collect()
}

fn baseline(name: &str) -> PathBuf {
    root().join(format!("tests/known/baselines/{name}.json"))
}

fn eval(folder: &Path, baseline: &Path) -> std::process::Output {
    let (folder, baseline) = (folder.to_str().unwrap(), baseline.to_str().unwrap());
    Installation::new().run(&["eval", folder, "--json", "--baseline", baseline])
}

#[test]
fn no_figure_falls_below_what_was_reached() {
    for (folder, name) in folders() {
        let output = eval(&folder, &baseline(name));
        assert!(output.status.success(), "{name}: {}", complaint(&output));
        let total = &json(&output)["total"];
        assert_eq!(total["hard_failures"], 0, "{name}: {total}");
    }
}

#[test]
fn a_figure_that_falls_is_refused_by_name() {
    let better = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(
        better.path(),
        r#"{"total": {"item_recall": 1.01, "silent_error_rate": 1.0}}"#,
    )
    .unwrap();
    let output = eval(&root().join("tests/known"), better.path());
    assert_eq!(output.status.code(), Some(2));
    let said = complaint(&output);
    assert!(
        said.contains("item_recall was 1.01") && !said.contains("silent_error_rate"),
        "{said}"
    );
}
