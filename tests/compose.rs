//! `docker-compose.yml` and the Dockerfile say what the program understands. No container engine is needed for that.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use saphyr::{LoadableYamlNode, Yaml};

fn read(name: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).unwrap()
}

fn text<'y>(yaml: &'y Yaml<'y>) -> &'y str {
    yaml.as_str().unwrap_or_else(|| panic!("not text: {yaml:?}"))
}

#[test]
fn each_service_has_its_command_database_and_port() {
    let file = read("docker-compose.yml");
    let documents = Yaml::load_from_str(&file).unwrap();
    let services = &documents[0]["services"];
    for (name, listen, port) in [
        ("extraction", "QUITTANCE_EXTRACTION_ADDRESS", "7001"),
        ("invoicing", "QUITTANCE_INVOICING_ADDRESS", "7002"),
    ] {
        let service = &services[name];
        assert_eq!(text(&service["command"][0]), "serve");
        assert_eq!(text(&service["command"][1]), name);
        assert!(
            text(&service["environment"]["DATABASE_URL"]).contains("@postgres:5432/"),
            "{name}"
        );
        assert!(text(&service["environment"][listen]).ends_with(port), "{name}");
        assert!(
            text(&service["ports"][0]).starts_with("127.0.0.1:"),
            "{name} must not listen to the world"
        );
        assert_eq!(
            text(&service["depends_on"]["postgres"]["condition"]),
            "service_healthy"
        );
    }
    for (service, variable, url) in [
        ("extraction", "QUITTANCE_INVOICING_URL", "invoicing:7002"),
        ("console", "QUITTANCE_INVOICING_URL", "invoicing:7002"),
        ("console", "QUITTANCE_EXTRACTION_URL", "extraction:7001"),
    ] {
        assert!(text(&services[service]["environment"][variable]).contains(url));
    }
}

#[test]
fn the_console_has_a_port_and_no_database() {
    let file = read("docker-compose.yml");
    let documents = Yaml::load_from_str(&file).unwrap();
    let console = &documents[0]["services"]["console"];
    assert_eq!(text(&console["command"][1]), "console");
    assert!(text(&console["environment"]["QUITTANCE_CONSOLE_ADDRESS"]).ends_with("7003"));
    assert!(text(&console["ports"][0]).starts_with("127.0.0.1:"));
    assert!(
        !file[file.find("  console:").unwrap()..file.find("configs:\n  #").unwrap()].contains("DATABASE_URL")
    );
}

#[test]
fn every_setting_is_one_that_the_source_reads() {
    let settings: BTreeSet<String> = read("docker-compose.yml")
        .split(|c: char| !c.is_ascii_alphanumeric() && c != '_')
        .filter(|word| word.starts_with("QUITTANCE_"))
        .map(str::to_owned)
        .collect();
    let source = source_text(&Path::new(env!("CARGO_MANIFEST_DIR")).join("services"));
    assert!(settings.len() >= 5);
    for setting in settings {
        assert!(
            source.contains(&format!("\"{setting}\"")),
            "nothing reads {setting}"
        );
    }
}

#[test]
fn no_password_stands_in_the_file() {
    for line in read("docker-compose.yml")
        .lines()
        .filter(|line| line.contains("PASSWORD"))
    {
        assert!(line.contains("${POSTGRES_PASSWORD"), "{line}");
    }
}

fn source_text(folder: &Path) -> String {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let texts = entries.map(|path| match path.extension() {
        _ if path.is_dir() => source_text(&path),
        Some(end) if end == "rs" => fs::read_to_string(path).unwrap(),
        _ => String::new(),
    });
    texts.collect()
}
