//! Tables to take away: CSV files that any spreadsheet opens, and that run nothing in it.

use axum::body::Body;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;

use crate::answer::Answer;
use crate::fault::Fault;
use crate::link::segment;

/// The field that asks a page for its table as a file.
pub(crate) const AS_FILE: &str = "csv";

/// A whole table.
pub(crate) fn file(name: &str, rows: impl IntoIterator<Item = Vec<String>>) -> Answer {
    let text: String = rows.into_iter().map(|row| line(&row)).collect();
    Ok(under(name, Body::from(text)))
}

/// A table that comes in pieces, however long it is; one that breaks off is cut off, never taken for whole.
pub(crate) fn streamed(name: &str, pieces: mpsc::Receiver<Result<String, Fault>>) -> Answer {
    let cut_off = |piece: Result<String, Fault>| piece.map_err(|fault| std::io::Error::other(fault.sentence));
    let pieces = tokio_stream::StreamExt::map(ReceiverStream::new(pieces), cut_off);
    Ok(under(name, Body::from_stream(pieces)))
}

fn under(name: &str, body: Body) -> Response {
    let disposition = format!("attachment; filename*=UTF-8''{}.csv", segment(name));
    let headers = [
        (CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (CONTENT_DISPOSITION, disposition),
    ];
    (headers, body).into_response()
}

/// One row, with the line end that RFC 4180 wants.
pub(crate) fn line(cells: &[String]) -> String {
    let cells: Vec<String> = cells.iter().map(|text| cell(text)).collect();
    format!("{}\r\n", cells.join(","))
}

/// Text of contracts and customers that a spreadsheet would take for a formula is given as text; numbers stay numbers.
fn cell(text: &str) -> String {
    let number = text.parse::<rust_decimal::Decimal>().is_ok();
    let formula = !number && text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let text = if formula {
        format!("'{text}")
    } else {
        text.to_owned()
    };
    if text.contains([',', '"', '\r', '\n']) || text.starts_with(' ') || text.ends_with(' ') {
        return format!("\"{}\"", text.replace('"', "\"\""));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_keep_their_text_and_run_nothing() {
        let cells = ["a", "1,5", "say \"hi\"", "=1+1", "-5", "@x", "two\nlines", "-x"];
        let cells = cells.map(str::to_owned);
        assert_eq!(
            line(&cells),
            "a,\"1,5\",\"say \"\"hi\"\"\",'=1+1,-5,'@x,\"two\nlines\",'-x\r\n"
        );
    }
}
