//! Lists that are narrowed, paged and taken away: what is asked of each, the addresses of its other pages, and all of its
//! rows as one file.

use serde::Deserialize;

use crate::answer::Answer;
use crate::fault::Fault;
use crate::link;
use crate::sheets;

/// What a list is asked for. Each list knows some of these fields; an empty one asks for nothing.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    /// One of several lists of a page.
    pub(super) show: String,
    pub(super) search: String,
    pub(super) account: String,
    /// Whoever sent what is listed.
    pub(super) source: String,
    /// The billing run that issued them.
    pub(super) run: String,
    /// Up to and including this day.
    pub(super) through: String,
    /// Where this page of the list begins.
    pub(super) after: String,
    #[serde(rename = "as")]
    pub(super) form: String,
}

impl Asked {
    /// Is the table to be taken away?
    pub(super) fn as_file(&self) -> bool {
        self.form == sheets::AS_FILE
    }

    /// The first page of the list, for whoever is on a later one.
    pub(super) fn first(&self, page: &str) -> Option<String> {
        (!self.after.is_empty()).then(|| self.address(page, "", ""))
    }

    /// The page after this one, as the answer of the service named it.
    pub(super) fn next(&self, page: &str, token: &str) -> Option<String> {
        (!token.is_empty()).then(|| self.address(page, token, ""))
    }

    /// All of the list as a file.
    pub(super) fn file(&self, page: &str) -> String {
        self.address(page, "", sheets::AS_FILE)
    }

    /// The first page of another list under the same page.
    pub(super) fn tab(&self, page: &str, show: &str) -> String {
        let other = Self {
            show: show.to_owned(),
            ..self.clone()
        };
        other.address(page, "", "")
    }

    fn address(&self, page: &str, after: &str, form: &str) -> String {
        let fields = [
            ("show", self.show.as_str()),
            ("search", self.search.trim()),
            ("account", self.account.trim()),
            ("source", self.source.trim()),
            ("run", self.run.trim()),
            ("through", self.through.trim()),
            ("after", after),
            ("as", form),
        ];
        link::with(page, &fields)
    }
}

/// Rows of a file, and where the next ones begin.
pub(super) type Rows = (Vec<Vec<String>>, String);

/// In one file; whoever wants more narrows the list.
const LONGEST: usize = 100_000;

/// Every page of a list in one file. `page` is asked where each begins, and gives its rows and where the next one begins;
/// the sentence tells whoever asked for too much how to ask for less.
pub(super) async fn whole<P>(
    name: &str,
    head: &[&str],
    too_many: &str,
    mut page: impl FnMut(String) -> P,
) -> Answer
where
    P: Future<Output = Result<Rows, Fault>>,
{
    let mut all = vec![head.iter().map(|word| (*word).to_owned()).collect()];
    let mut token = String::new();
    loop {
        let (rows, next) = page(token).await?;
        all.extend(rows);
        if next.is_empty() {
            return sheets::file(name, all);
        }
        if all.len() > LONGEST {
            return Err(Fault::unknown(too_many));
        }
        token = next;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_pages_of_a_list_ask_for_the_same() {
        let asked: Asked = serde_urlencoded::from_str("search=+a%26b+&show=owed&after=x&as=csv").unwrap();
        assert!(asked.as_file());
        assert_eq!(asked.first("/i").unwrap(), "/i?show=owed&search=a%26b");
        assert_eq!(
            asked.next("/i", "y").unwrap(),
            "/i?show=owed&search=a%26b&after=y"
        );
        assert_eq!(asked.file("/i"), "/i?show=owed&search=a%26b&as=csv");
        assert_eq!(asked.tab("/i", "all"), "/i?show=all&search=a%26b");
        let plain = Asked::default();
        assert_eq!((plain.first("/i"), plain.next("/i", "")), (None, None));
    }

    #[tokio::test]
    async fn a_file_has_the_rows_of_every_page_and_no_more_than_fit() {
        let pages = |token: String| async move {
            let at: u32 = token.parse().unwrap_or_default();
            let next = if at < 2 {
                (at + 1).to_string()
            } else {
                String::new()
            };
            Ok((vec![vec![at.to_string()]], next))
        };
        let file = whole("l", &["n"], "", pages).await.unwrap();
        let body = axum::body::to_bytes(file.into_body(), 100).await.unwrap();
        assert_eq!(body, "n\r\n0\r\n1\r\n2\r\n");
        let endless = |_| async { Ok((vec![Vec::new(); 60_000], "more".to_owned())) };
        let refused = whole("l", &["n"], "Ask for less.", endless).await.unwrap_err();
        assert_eq!(refused.sentence, "Ask for less.");
    }
}
