//! Services, console, and people with keys.

use crate::program::{Installation, Running, complaint, json};

/// Everything in one process.
pub(crate) struct House {
    pub(crate) installation: Installation,
    pub(crate) running: Running,
}

impl House {
    pub(crate) fn open() -> Self {
        Self::open_with(&[])
    }

    /// The same with these settings.
    pub(crate) fn open_with(settings: &[(&str, &str)]) -> Self {
        Self::open_in(Installation::new(), settings)
    }

    fn open_in(installation: Installation, settings: &[(&str, &str)]) -> Self {
        let anywhere = "127.0.0.1:0";
        let mut environment = vec![
            ("QUITTANCE_EXTRACTION_ADDRESS", anywhere),
            ("QUITTANCE_INVOICING_ADDRESS", anywhere),
            ("QUITTANCE_CONSOLE_ADDRESS", anywhere),
        ];
        environment.extend(settings);
        let running = installation.serve(&["serve"], &environment, 3);
        Self {
            installation,
            running,
        }
    }

    /// Closed, and open again with these settings.
    #[allow(dead_code, reason = "the browser's tests never close it")]
    pub(crate) fn reopened(self, settings: &[(&str, &str)]) -> Self {
        self.running.terminate();
        Self::open_in(self.installation, settings)
    }

    /// A key for somebody new.
    pub(crate) fn key(&self, name: &str, role: &str) -> String {
        let output = self.installation.run(&["key", "issue", name, role, "--json"]);
        assert!(output.status.success(), "{}", complaint(&output));
        json(&output)["key"].as_str().unwrap().to_owned()
    }
}
