//! Who is signed in. Sessions live in memory: a restart signs everybody out and loses nothing else.

mod cookie;

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::{SignedDuration, Timestamp};
use runtime::clock::Clock;
use runtime::settings::Secret;
use uuid::Uuid;

pub(crate) use cookie::{Cookies, SESSION, VISIT, clear, lasting, set};

/// Without a request for so long, or in all for so long, a session ends.
const IDLE: SignedDuration = SignedDuration::from_hours(2);
const LONGEST: SignedDuration = SignedDuration::from_hours(12);

/// More sessions than people have browsers: beyond it the one that was idle longest ends.
const MOST: usize = 10_000;

/// One sign-in.
#[derive(Debug, Clone)]
pub(crate) struct Session {
    pub(crate) name: String,
    pub(crate) role: String,
    /// What every call made for this person carries.
    pub(crate) key: Secret,
    /// What every form served to this session carries.
    pub(crate) token: String,
    /// One line to show on the next page.
    notice: Option<String>,
    began: Timestamp,
    last: Timestamp,
}

/// All sign-ins, by the secret in the browser's cookie.
#[derive(Clone)]
pub(crate) struct Sessions {
    clock: Clock,
    open: Arc<Mutex<HashMap<String, Session>>>,
}

impl Sessions {
    pub(crate) fn new(clock: Clock) -> Self {
        Self {
            clock,
            open: Arc::default(),
        }
    }

    /// Begins a session; answers the secret for the browser's cookie.
    pub(crate) fn begin(&self, name: String, role: String, key: Secret) -> String {
        let (now, secret) = (self.clock.now(), random());
        let session = Session {
            name,
            role,
            key,
            token: random(),
            notice: None,
            began: now,
            last: now,
        };
        let mut open = self.open();
        open.retain(|_, session| session.lives(now));
        if open.len() >= MOST {
            let oldest = open.iter().min_by_key(|(_, session)| session.last);
            let oldest = oldest.map(|(secret, _)| secret.clone());
            oldest.map(|secret| open.remove(&secret));
        }
        open.insert(secret.clone(), session);
        secret
    }

    /// The session of that secret, if it has not ended. Its notice is taken out: it is shown once.
    pub(crate) fn find(&self, secret: &str) -> Option<Session> {
        let now = self.clock.now();
        let mut open = self.open();
        let session = open.get_mut(secret).filter(|session| session.lives(now))?;
        session.last = now;
        Some(session.clone())
    }

    /// Leaves one line for the next page of that session.
    pub(crate) fn tell(&self, secret: &str, notice: String) {
        if let Some(session) = self.open().get_mut(secret) {
            session.notice = Some(notice);
        }
    }

    /// The line left for this page.
    pub(crate) fn told(&self, secret: &str) -> Option<String> {
        self.open()
            .get_mut(secret)
            .and_then(|session| session.notice.take())
    }

    pub(crate) fn end(&self, secret: &str) {
        self.open().remove(secret);
    }

    fn open(&self) -> MutexGuard<'_, HashMap<String, Session>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Sessions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sessions").finish_non_exhaustive()
    }
}

impl Session {
    fn lives(&self, now: Timestamp) -> bool {
        let within = |since: Timestamp, limit| now.duration_since(since) < limit;
        within(self.last, IDLE) && within(self.began, LONGEST)
    }
}

/// Three random UUIDs: 366 bits from the system's generator.
pub(crate) fn random() -> String {
    (0..3).map(|_| Uuid::new_v4().simple().to_string()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn begun() -> (Sessions, runtime::clock::TestClock, String) {
        let (clock, hands) = Clock::test(Timestamp::UNIX_EPOCH);
        let sessions = Sessions::new(clock);
        let secret = sessions.begin("dana".to_owned(), "reviewer".to_owned(), Secret::new("qk_1"));
        (sessions, hands, secret)
    }

    #[test]
    fn a_session_ends_when_idle_when_old_and_when_told_to() {
        let (sessions, hands, secret) = begun();
        hands.advance(SignedDuration::from_mins(119)).unwrap();
        assert!(sessions.find(&secret).is_some());
        hands.advance(SignedDuration::from_mins(121)).unwrap();
        assert!(sessions.find(&secret).is_none());

        let (sessions, hands, secret) = begun();
        for _ in 0..11 {
            hands.advance(SignedDuration::from_hours(1)).unwrap();
            assert!(sessions.find(&secret).is_some());
        }
        hands.advance(SignedDuration::from_hours(1)).unwrap();
        assert!(sessions.find(&secret).is_none(), "twelve hours are the most");

        let (sessions, _hands, secret) = begun();
        sessions.end(&secret);
        assert!(sessions.find(&secret).is_none());
    }

    #[test]
    fn secrets_are_long_and_never_the_same() {
        let (sessions, _hands, first) = begun();
        let second = sessions.begin("omar".to_owned(), "approver".to_owned(), Secret::new("qk_2"));
        assert_ne!(first, second);
        assert!(first.len() * 4 > 256, "hexadecimal digits are four bits");
        assert_ne!(
            sessions.find(&first).unwrap().token,
            sessions.find(&second).unwrap().token
        );
    }

    #[test]
    fn a_notice_is_shown_once() {
        let (sessions, _hands, secret) = begun();
        sessions.tell(&secret, "saved".to_owned());
        assert_eq!(sessions.told(&secret).as_deref(), Some("saved"));
        assert_eq!(sessions.told(&secret), None);
    }
}
