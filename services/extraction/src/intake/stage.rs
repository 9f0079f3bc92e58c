//! What the service does with a contract by itself, for the audit log and for whoever watches.

/// What the service does with a contract by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stage {
    /// The file is stored.
    Received,
    /// The same bytes came once more.
    ReceivedAgain,
    /// The file is being read.
    Reading,
    /// Words on its scanned pages are being recognised.
    Recognising,
    /// Its readers are being asked what it says.
    Asking,
    /// Terms, flags and plan are being drawn up.
    Interpreting,
    /// A person has the word.
    Drafted,
    /// The file could not be read.
    Failed,
    /// Something other than the file went wrong; it is tried again.
    Postponed,
}

impl Stage {
    const ALL: [Self; 9] = [
        Self::Received,
        Self::ReceivedAgain,
        Self::Reading,
        Self::Recognising,
        Self::Asking,
        Self::Interpreting,
        Self::Drafted,
        Self::Failed,
        Self::Postponed,
    ];

    /// The name by which the audit log knows it.
    pub(crate) fn action(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::ReceivedAgain => "received_again",
            Self::Reading => "reading",
            Self::Recognising => "recognising",
            Self::Asking => "asking",
            Self::Interpreting => "interpreting",
            Self::Drafted => "drafted",
            Self::Failed => "failed",
            Self::Postponed => "postponed",
        }
    }

    /// The stage of that name; none for what people do.
    pub(crate) fn of(action: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|stage| stage.action() == action)
    }

    /// In words, for a person who waits.
    pub(crate) fn words(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::ReceivedAgain => "the same file came once more",
            Self::Reading => "reading the file",
            Self::Recognising => "recognising scanned pages",
            Self::Asking => "looking for its terms",
            Self::Interpreting => "drawing up terms, flags and plan",
            Self::Drafted => "ready for review",
            Self::Failed => "could not be read",
            Self::Postponed => "waiting to be read again",
        }
    }
}
