//! Sign-ins that were begun at the issuer and have not come back.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::filled::same;

/// Nobody takes longer to sign in.
const LONGEST: Duration = Duration::from_secs(600);
/// More than a company has people signing in at once; beyond it the oldest is forgotten.
const MOST: usize = 1_000;

/// What belongs to one sign-in.
#[derive(Debug, Clone)]
pub(super) struct Pending {
    /// The browser it was begun on.
    pub(super) visit: String,
    /// The page that was wanted.
    pub(super) next: String,
    pub(super) nonce: String,
    /// What the challenge was made of (PKCE).
    pub(super) verifier: String,
}

/// By the state that the issuer gives back.
#[derive(Debug, Default)]
pub(super) struct Waiting(Mutex<HashMap<String, (Instant, Pending)>>);

impl Waiting {
    pub(super) fn add(&self, state: String, pending: Pending) {
        let mut all = self.all();
        all.retain(|_, (begun, _)| begun.elapsed() < LONGEST);
        if all.len() >= MOST {
            let oldest = all.iter().min_by_key(|(_, (begun, _))| *begun);
            let oldest = oldest.map(|(state, _)| state.clone());
            oldest.and_then(|oldest| all.remove(&oldest));
        }
        all.insert(state, (Instant::now(), pending));
    }

    /// Each comes back once, and on the browser it was begun on.
    pub(super) fn take(&self, state: &str, visit: &str) -> Option<Pending> {
        let mut all = self.all();
        let (begun, pending) = all.get(state)?;
        if begun.elapsed() >= LONGEST || !same(visit, &pending.visit) {
            return None;
        }
        all.remove(state).map(|(_, pending)| pending)
    }

    fn all(&self) -> MutexGuard<'_, HashMap<String, (Instant, Pending)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pending(visit: &str) -> Pending {
        Pending {
            visit: visit.to_owned(),
            next: String::new(),
            nonce: String::new(),
            verifier: String::new(),
        }
    }

    #[test]
    fn a_sign_in_comes_back_once_and_on_its_own_browser() {
        let waiting = Waiting::default();
        waiting.add("state".to_owned(), pending("mine"));
        assert!(waiting.take("other", "mine").is_none());
        assert!(waiting.take("state", "theirs").is_none());
        assert!(waiting.take("state", "").is_none());
        assert!(waiting.take("state", "mine").is_some());
        assert!(waiting.take("state", "mine").is_none());
    }

    #[test]
    fn a_crowd_does_not_fill_the_memory() {
        let waiting = Waiting::default();
        for at in 0..=MOST {
            waiting.add(at.to_string(), pending("mine"));
        }
        assert_eq!(waiting.all().len(), MOST);
        assert!(waiting.take("0", "mine").is_none());
    }
}
