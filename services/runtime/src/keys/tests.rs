use std::os::unix::fs::PermissionsExt;

use super::*;

fn home() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("home/keys.json");
    (folder, path)
}

fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn the_first_start_makes_keys_that_work_and_are_private() {
    let (_folder, path) = home();
    let keys = Keys::load_or_create(&path).unwrap();
    let credentials = Credentials::load(&path).unwrap();
    let admin = keys.caller(&credentials.admin).unwrap();
    assert_eq!((admin.role, admin.tenant), (Role::Admin, credentials.tenant));
    assert_eq!(keys.caller(&credentials.service).unwrap().role, Role::Service);
    assert_eq!(mode(&path), 0o600);
    assert_eq!(mode(&path.with_file_name("credentials.json")), 0o600);
    let stored = std::fs::read_to_string(&path).unwrap();
    assert!(!stored.contains(&credentials.admin) && !stored.contains(&credentials.service));
}

#[test]
fn programs_starting_at_once_agree_on_one_set_of_keys() {
    let (_folder, path) = home();
    let start = || Keys::load_or_create(&path).map(drop);
    std::thread::scope(|scope| {
        let starts = (0..8).map(|_| scope.spawn(start)).collect::<Vec<_>>();
        starts
            .into_iter()
            .for_each(|start| start.join().unwrap().unwrap());
    });
    let credentials = Credentials::load(&path).unwrap();
    assert!(Keys::load(&path).unwrap().caller(&credentials.admin).is_some());
    assert_eq!(file::read(&path).unwrap().keys.len(), 2);
}

#[test]
fn an_issued_key_counts_at_once_for_every_reader_of_the_file() {
    let (_folder, path) = home();
    let here = Keys::load_or_create(&path).unwrap();
    let elsewhere = Keys::load(&path).unwrap();
    let tenant = Uuid::new_v4();
    let key = here.issue("Grace", Role::Approver, tenant).unwrap();
    let expected = Caller {
        tenant,
        name: "Grace".to_owned(),
        role: Role::Approver,
    };
    assert_eq!(elsewhere.caller(&key), Some(expected));
    assert!(matches!(
        here.issue("Grace", Role::Finance, tenant),
        Err(KeysError::NameTaken { .. })
    ));
}

#[test]
fn a_wrong_key_is_nobody() {
    let (_folder, path) = home();
    let keys = Keys::load_or_create(&path).unwrap();
    let credentials = Credentials::load(&path).unwrap();
    let truncated = credentials.admin.get(..20).unwrap();
    for wrong in ["", "qk_", truncated, "Bearer"] {
        assert_eq!(keys.caller(wrong), None, "{wrong}");
    }
}

#[test]
fn a_withdrawn_key_is_nobody_and_a_broken_file_shuts_nobody_out() {
    let (_folder, path) = home();
    let keys = Keys::load_or_create(&path).unwrap();
    let credentials = Credentials::load(&path).unwrap();
    std::fs::write(&path, "{ \"keys\": [ oops").unwrap();
    assert!(keys.caller(&credentials.admin).is_some());
    assert!(matches!(Keys::load(&path), Err(KeysError::Malformed { .. })));
    file::write(&path, &KeyFile::default()).unwrap();
    assert_eq!(keys.caller(&credentials.admin), None);
}
