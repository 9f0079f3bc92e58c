//! How a program starts, reports and stops.
//!
//! **Owns** the settings a program was given ([`settings`]), its logs and trace ids ([`telemetry`]), the PostgreSQL it
//! talks to, private or given ([`database`]), who is calling ([`caller`], [`keys`]) and what that caller may see
//! ([`tenancy`]), writing once however often one is asked ([`requests`]), the gRPC server around the services
//! ([`server`]), errors on the wire ([`rejection`]), time ([`clock`]) and the way out ([`shutdown`]).
//!
//! **Does not own** any word of the trade: no contract, plan or invoice. Tables and migrations belong to the services;
//! this crate creates their databases and runs what they hand over.
//!
//! **Words that must not be confused.** A *home* is the folder in which a program keeps its state. A *cluster* is one
//! running PostgreSQL server with its files, a *database* is one service's part of it. A *guardian* is the small shell
//! process that stops a private cluster once its last *user*, a program, has gone. A *caller* is whoever sent a request,
//! a *tenant* is the company whose rows it may see. A *key* proves a caller, a *request id* names one write.
//!
//! **Always true.** Settings are read once, and what is wrong with one is said by its name. Contract text never reaches a
//! log. A service's database role is never a superuser in a private cluster, so row-level security binds. A key is
//! stored only as its hash. Only [`clock`] asks the system for the time.

pub mod caller;
pub mod clock;
pub mod database;
pub mod keys;
pub mod rejection;
pub mod requests;
pub mod server;
pub mod settings;
pub mod shutdown;
pub mod telemetry;
pub mod tenancy;
#[cfg(feature = "testing")]
pub mod testing;
pub mod tls;

pub use tls::install_tls;
