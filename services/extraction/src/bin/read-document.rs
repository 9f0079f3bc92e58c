//! Reads one document as the sandbox's child; for this crate's own tests.

fn main() -> std::process::ExitCode {
    extraction::sandbox::reader_main()
}
