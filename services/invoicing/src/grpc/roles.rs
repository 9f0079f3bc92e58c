//! Who may do what.

use runtime::caller::Role;

/// Whoever brings plans and facts: other services, and finance by hand.
pub(crate) const BRINGS_FACTS: &[Role] = &[Role::Service, Role::Finance];
/// Ends agreements: finance, by hand.
pub(super) const ENDS_PLANS: &[Role] = &[Role::Finance];
/// Bills, and says what became of invoices.
pub(super) const BILLS: &[Role] = &[Role::Finance];
/// Hands over what was approved.
pub(super) const REGISTERS: &[Role] = &[Role::Service];
/// Looks; everybody who has a key for the tenant may.
pub(super) const READS: &[Role] = &[
    Role::Uploader,
    Role::Reviewer,
    Role::Approver,
    Role::Finance,
    Role::Service,
];
