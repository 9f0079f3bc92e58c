//! What stands around every page: who is signed in, where one is, and how pages look on this browser.

use crate::session::Cookies;

/// The cookies of the choices below.
pub(crate) const THEME: &str = "quittance_theme";
pub(crate) const KEYS: &str = "quittance_keys";

/// What every template has as `frame`.
#[derive(Debug, Clone)]
pub(crate) struct Frame {
    pub(crate) person: Option<Person>,
    /// For the hidden field of every form.
    pub(crate) token: String,
    pub(crate) section: Section,
    /// One line about what was just done.
    pub(crate) notice: Option<String>,
    pub(crate) look: Look,
}

/// Who is signed in.
#[derive(Debug, Clone)]
pub(crate) struct Person {
    pub(crate) name: String,
    pub(crate) role: String,
}

/// Parts of the console, as the navigation names them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Section {
    /// Pages that belong to no part: signing in, preferences, faults.
    None,
    Contracts,
    Accounts,
    Invoices,
    Collections,
}

/// How pages look and behave on this browser.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Look {
    pub(crate) theme: &'static str,
    /// Do single keys do something?
    pub(crate) keys: bool,
}

impl Look {
    pub(crate) fn of(cookies: Cookies<'_>) -> Self {
        Self {
            theme: theme(cookies.get(THEME).unwrap_or_default()),
            keys: cookies.get(KEYS) != Some("off"),
        }
    }
}

/// A theme by its name; the system's for any other name.
pub(crate) fn theme(name: &str) -> &'static str {
    match name {
        "light" => "light",
        "dark" => "dark",
        _ => "system",
    }
}

impl Frame {
    /// Around a page for somebody who is not signed in.
    pub(crate) fn outside(look: Look) -> Self {
        Self {
            person: None,
            token: String::new(),
            section: Section::None,
            notice: None,
            look,
        }
    }

    /// The address of an asset.
    pub(crate) fn asset(&self, name: &str) -> String {
        format!("/assets/{}/{name}", *crate::assets::EDITION)
    }

    /// For `aria-current` in the navigation.
    pub(crate) fn at(&self, section: Section) -> &'static str {
        if self.section == section { "page" } else { "false" }
    }

    pub(crate) fn keys(&self) -> &'static str {
        if self.look.keys { "on" } else { "off" }
    }
}
