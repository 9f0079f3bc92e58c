//! How reading and reviewing go, counted from what lists and the audit log hold; no review is opened for it.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use sqlx::PgConnection;
use uuid::Uuid;

use super::corrupt;

/// How it went since a day.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Quality {
    pub(crate) totals: Totals,
    /// What people changed, by path with every position in a list as `*`, most often first.
    pub(crate) changed: Vec<Tally>,
    /// What was flagged, by code, most often first.
    pub(crate) flagged: Vec<Tally>,
    /// From upload to the last approval; none while nothing was approved.
    pub(crate) until_approved: Option<Durations>,
}

/// Contracts that came since a day and were read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Totals {
    pub(crate) contracts: u64,
    pub(crate) approved: u64,
    /// Approved without any change of a term.
    pub(crate) unchanged: u64,
}

/// Something people changed or the checks flagged: in how many contracts, and how often in all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) what: String,
    pub(crate) contracts: u64,
    pub(crate) times: u64,
}

/// Seconds from upload to approval: what half of all, nine in ten, and all took at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Durations {
    pub(crate) half: u64,
    pub(crate) most: u64,
    pub(crate) longest: u64,
}

/// Every contract and every deed of people is looked at once, and each of the four questions is answered from that: rows
/// of (question, what, three counts).
const QUESTIONS: &str = "\
    WITH came AS MATERIALIZED (SELECT id, received_at, pages > 0 AS read, flag_codes, state IN ('approved', 'handed_over') AS approved \
                               FROM contract WHERE tenant = $1 AND received_at >= $2), \
         deed AS MATERIALIZED (SELECT contract, path, at, action = 'approved' AS approves FROM event \
                               WHERE tenant = $1 AND action IN ('edited', 'cited', 'approved') AND at >= $2), \
         change AS MATERIALIZED (SELECT contract, path, count(*) AS times FROM deed JOIN came ON came.id = deed.contract \
                                 WHERE NOT approves GROUP BY contract, path), \
         term AS (SELECT path, regexp_replace(path, '/([0-9]+|-)(?=/|$)', '/*', 'g') AS what \
                  FROM (SELECT DISTINCT path FROM change) AS paths), \
         combination AS (SELECT flag_codes, count(*) AS contracts FROM came GROUP BY flag_codes), \
         took AS (SELECT extract(epoch FROM max(deed.at) - came.received_at) AS seconds \
                  FROM deed JOIN came ON came.id = deed.contract WHERE approves AND approved GROUP BY came.id, came.received_at) \
    SELECT 'totals', '', count(*), count(*) FILTER (WHERE approved), \
           count(*) FILTER (WHERE approved AND id NOT IN (SELECT contract FROM change)) \
    FROM came WHERE read \
    UNION ALL \
    SELECT 'changed', what, count(*), sum(times)::bigint, 0 \
    FROM (SELECT contract, what, sum(times) AS times FROM change JOIN term USING (path) GROUP BY contract, what) AS changed GROUP BY what \
    UNION ALL \
    SELECT 'flagged', code, sum(contracts)::bigint, sum(contracts * times)::bigint, 0 \
    FROM (SELECT flag_codes, contracts, code, count(*) AS times FROM combination, unnest(flag_codes) AS code GROUP BY 1, 2, 3) AS flagged \
    GROUP BY code \
    UNION ALL \
    SELECT 'took', '', floor(percentile_disc(0.5) WITHIN GROUP (ORDER BY seconds))::bigint, \
           floor(percentile_disc(0.9) WITHIN GROUP (ORDER BY seconds))::bigint, floor(max(seconds))::bigint \
    FROM took HAVING count(*) > 0 \
    ORDER BY 1, 3 DESC, 4 DESC, 2";

pub(crate) async fn since(
    connection: &mut PgConnection,
    tenant: Uuid,
    day: Timestamp,
) -> Result<Quality, sqlx::Error> {
    let rows: Vec<(String, String, i64, i64, i64)> = sqlx::query_as(QUESTIONS)
        .bind(tenant)
        .bind(day.to_sqlx())
        .fetch_all(connection)
        .await?;
    let mut quality = Quality::default();
    for (question, what, first, second, third) in rows {
        quality.take(
            &question,
            what,
            [counted(first)?, counted(second)?, counted(third)?],
        );
    }
    Ok(quality)
}

impl Quality {
    fn take(&mut self, question: &str, what: String, [first, second, third]: [u64; 3]) {
        let tally = |what| Tally {
            what,
            contracts: first,
            times: second,
        };
        match question {
            "changed" => self.changed.push(tally(what)),
            "flagged" => self.flagged.push(tally(what)),
            "took" => {
                self.until_approved = Some(Durations {
                    half: first,
                    most: second,
                    longest: third,
                });
            }
            _ => {
                self.totals = Totals {
                    contracts: first,
                    approved: second,
                    unchanged: third,
                };
            }
        }
    }
}

/// An approval may be dated before the upload where clocks disagree: that took no time.
fn counted(number: i64) -> Result<u64, sqlx::Error> {
    u64::try_from(number.max(0)).map_err(corrupt)
}
