//! Where a paper's lists went in the joint terms, so that its flags point there.

use crate::flag::Flag;
use crate::terms::Terms;

/// How long each list was before a paper was taken.
#[derive(Debug)]
pub(super) struct Offsets([(&'static str, usize); 5]);

impl Offsets {
    pub(super) fn of(terms: &Terms) -> Self {
        Self([
            ("line_items", terms.line_items.len()),
            ("escalators", terms.escalators.len()),
            ("taxes", terms.taxes.len()),
            ("totals", terms.totals.len()),
            ("mentions", terms.mentions.len()),
        ])
    }

    /// The flag with the path of the same thing in the joint terms.
    pub(super) fn moved(&self, mut flag: Flag) -> Flag {
        flag.path = flag.path.map(|path| self.path(&path));
        flag
    }

    fn path(&self, path: &str) -> String {
        let moved = self.0.iter().find_map(|(list, offset)| {
            let rest = path.strip_prefix(&format!("/{list}/"))?;
            let (index, tail) = rest
                .split_once('/')
                .map_or((rest, None), |(index, tail)| (index, Some(tail)));
            let index = index.parse::<usize>().ok()?.checked_add(*offset)?;
            let tail = tail.map(|tail| format!("/{tail}")).unwrap_or_default();
            Some(format!("/{list}/{index}{tail}"))
        });
        moved.unwrap_or_else(|| path.to_owned())
    }
}
