//! `quittance contract quality`: how reading and reviewing go.

use wire::extraction::v1::{Durations, GetReviewQualityRequest, GetReviewQualityResponse};

use crate::connection::Extraction;
use crate::failure::Failure;
use crate::printing::{Output, table};

pub(super) async fn tell(extraction: &mut Extraction, days: u32, output: Output) -> Result<(), Failure> {
    let request = GetReviewQualityRequest { days };
    let found = extraction.get_review_quality(request).await?.into_inner();
    output.show(|| wire::json::json(&found), || people(days, &found));
    Ok(())
}

fn people(days: u32, found: &GetReviewQualityResponse) -> String {
    let mut parts = vec![format!(
        "{} contracts were read in {days} days; {} of them are approved, {} without a change",
        found.contracts, found.approved, found.approved_unchanged
    )];
    if let Some(Durations {
        half_within,
        nine_in_ten_within,
        longest,
    }) = found.until_approved
    {
        let [half, most, longest] = [half_within, nine_in_ten_within, longest].map(lasting);
        parts.push(format!(
            "from upload to approval: half within {half}, nine in ten within {most}, all within {longest}"
        ));
    }
    let changed = found.terms.iter();
    let changed = changed.map(|term| {
        [
            term.path.clone(),
            term.contracts.to_string(),
            term.changes.to_string(),
        ]
    });
    parts.extend(tallies("changed", changed.map(Vec::from).collect()));
    let flagged = found.flags.iter();
    let flagged = flagged.map(|flag| {
        [
            flag.code.clone(),
            flag.contracts.to_string(),
            flag.flags.to_string(),
        ]
    });
    parts.extend(tallies("flagged", flagged.map(Vec::from).collect()));
    parts.join("\n")
}

fn tallies(what: &str, rows: Vec<Vec<String>>) -> Option<String> {
    let columns = [what, "contracts", "times"];
    (!rows.is_empty()).then(|| table(&columns, &["contracts", "times"], rows))
}

/// In the largest unit that says enough.
fn lasting(seconds: u64) -> String {
    match seconds {
        0..60 => format!("{seconds} s"),
        60..7_200 => format!("{} min", seconds / 60),
        7_200..172_800 => format!("{} h", seconds / 3_600),
        _ => format!("{} days", seconds / 86_400),
    }
}

#[cfg(test)]
mod tests {
    use wire::extraction::v1::TermQuality;

    use super::*;

    #[test]
    fn what_was_changed_is_told_and_what_never_happened_is_not() {
        let found = GetReviewQualityResponse {
            contracts: 12,
            approved: 5,
            approved_unchanged: 4,
            terms: vec![TermQuality {
                path: "/customer".to_owned(),
                contracts: 2,
                changes: 3,
            }],
            until_approved: Some(Durations {
                half_within: 59,
                nine_in_ten_within: 7_200,
                longest: 172_800,
            }),
            ..GetReviewQualityResponse::default()
        };
        let told = people(90, &found);
        for part in [
            "12 contracts",
            "4 without a change",
            "half within 59 s",
            "within 2 h",
            "2 days",
            "/customer",
        ] {
            assert!(told.contains(part), "{part}: {told}");
        }
        assert!(!told.contains("flagged"), "{told}");
    }
}
