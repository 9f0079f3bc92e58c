//! `quittance invoice export` and `replay`: an invoice in one file, and the proof of it without any service.

use std::path::Path;

use invoicing::replay::{Difference, Replay};
use serde_json::{Value, json};
use wire::invoicing::v1::{ExportInvoiceRequest, ExportInvoiceResponse};

use crate::connection::Invoicing;
use crate::failure::Failure;
use crate::printing::Output;

/// Writes an invoice with everything it was computed from into a file.
pub(crate) async fn export(
    invoicing: &mut Invoicing,
    number: &str,
    file: Option<&Path>,
    output: Output,
) -> Result<(), Failure> {
    let request = ExportInvoiceRequest {
        invoice: number.to_owned(),
    };
    let answer = invoicing.export_invoice(request).await?.into_inner();
    let file = file.map_or_else(
        || Path::new(&format!("{}.json", answer.number)).to_owned(),
        Path::to_owned,
    );
    let broken = |error: std::io::Error| Failure::broken(format!("{}: {error}", file.display()));
    std::fs::write(&file, &answer.dossier_json).map_err(broken)?;
    output.show(|| exported_json(&answer, &file), || exported(&answer, &file));
    Ok(())
}

fn exported(answer: &ExportInvoiceResponse, file: &Path) -> String {
    format!(
        "{} is in {} (digest {}); `quittance invoice replay {}` recomputes it with no server",
        answer.number,
        file.display(),
        answer.digest,
        file.display()
    )
}

fn exported_json(answer: &ExportInvoiceResponse, file: &Path) -> Value {
    json!({ "number": answer.number, "file": file, "digest": answer.digest })
}

/// Recomputes an exported invoice; refused when anything about it does not hold.
pub(crate) fn replay(file: &Path, output: Output) -> Result<(), Failure> {
    let named = |why: &dyn std::fmt::Display| Failure::refused(format!("{}: {why}", file.display()));
    let text = std::fs::read_to_string(file).map_err(|error| named(&error))?;
    let replay = invoicing::replay::replay(&text).map_err(|error| named(&error))?;
    output.show(|| replayed_json(&replay), || replayed(&replay));
    match replay.differences.len() {
        0 => Ok(()),
        count => Err(named(&format!(
            "{count} things about {} do not hold",
            replay.number
        ))),
    }
}

fn replayed(replay: &Replay) -> String {
    let Replay {
        number,
        total,
        lines,
        digest,
        written_by,
        differences,
    } = replay;
    if differences.is_empty() {
        return format!(
            "{number}: {total} in {lines} lines, recomputed to the cent (digest {digest}, written by {written_by})"
        );
    }
    let sentences: Vec<String> = differences.iter().map(Difference::to_string).collect();
    format!(
        "{number}: {total} is not what the file's terms and facts come to\n  {}",
        sentences.join("\n  ")
    )
}

fn replayed_json(replay: &Replay) -> Value {
    json!({
        "number": replay.number,
        "total": replay.total,
        "lines": replay.lines,
        "digest": replay.digest,
        "written_by": replay.written_by,
        "reproduced": replay.differences.is_empty(),
        "differences": replay.differences.iter().map(difference_json).collect::<Vec<_>>(),
    })
}

fn difference_json(difference: &Difference) -> Value {
    let sentence = difference.to_string();
    match difference {
        Difference::Value {
            path,
            stated,
            computed,
        } => json!({ "path": path, "stated": stated, "computed": computed, "sentence": sentence }),
        _ => json!({ "sentence": sentence }),
    }
}
