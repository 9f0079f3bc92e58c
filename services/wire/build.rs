//! Compiles the interface definitions without an installed protoc, and keeps their descriptors for reflection.

use std::path::PathBuf;

use prost::Message as _;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let protos = PathBuf::from(std::env::var("CARGO_MANIFEST_DIR")?).join("../../proto");
    println!("cargo:rerun-if-changed={}", protos.display());
    let descriptors = protox::compile(
        [
            "quittance/plan/v1/plan.proto",
            "quittance/extraction/v1/extraction.proto",
            "quittance/invoicing/v1/invoicing.proto",
        ],
        [&protos],
    )?;
    let out = PathBuf::from(std::env::var("OUT_DIR")?);
    std::fs::write(out.join("descriptors.bin"), descriptors.encode_to_vec())?;
    let mut names = prost_build::Config::new();
    names.enable_type_names();
    tonic_prost_build::configure().compile_fds_with_config(descriptors, names)?;
    Ok(())
}
