//! One provider of cryptography for every TLS connection of the program.

/// Makes *ring* the provider of cryptography for the whole program. Call it first in every `main` and in every test that
/// opens an HTTP or TLS connection: without it, the first such connection panics, because more than one provider, or
/// none, could be meant. Calling it again does nothing.
pub fn install_tls() {
    // An error here means that a provider is installed already, which is all this function promises.
    let _already_installed = rustls::crypto::ring::default_provider().install_default();
}
