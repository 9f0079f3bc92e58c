//! `quittance key`: keys for people and programs.

use runtime::caller::Role;
use runtime::keys::{Credentials, Keys};
use serde_json::json;

use crate::command::{Key, RoleName};
use crate::connection::keys_file;
use crate::failure::Failure;
use crate::printing::Output;

pub(crate) fn run(command: &Key, output: Output) -> Result<(), Failure> {
    let Key::Issue { name, role } = command;
    let refused = |error: runtime::keys::KeysError| Failure::refused(error.to_string());
    let path = keys_file()?;
    let keys = Keys::load_or_create(&path).map_err(refused)?;
    let tenant = Credentials::load(&path).map_err(refused)?.tenant;
    let key = keys.issue(name, Role::from(*role), tenant).map_err(refused)?;
    output.show(
        || json!({ "name": name, "key": key }),
        || format!("{key}\nKeep it: it is not shown again."),
    );
    Ok(())
}

impl From<RoleName> for Role {
    fn from(name: RoleName) -> Self {
        match name {
            RoleName::Uploader => Self::Uploader,
            RoleName::Reviewer => Self::Reviewer,
            RoleName::Approver => Self::Approver,
            RoleName::Finance => Self::Finance,
            RoleName::Admin => Self::Admin,
            RoleName::Service => Self::Service,
        }
    }
}
