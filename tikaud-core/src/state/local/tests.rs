use super::*;

#[tokio::test]
async fn a_folder_goes_with_its_last_object() {
    let directory = tempfile::tempdir().unwrap();
    let store = LocalStateStore::open(directory.path()).unwrap();
    let keys = ["a/journal/1/intent.json", "a/journal/1/receipts.json", "top"].map(|key| key.parse().unwrap());
    for key in &keys {
        store.create(key, Bytes::new()).await.unwrap();
    }
    store.delete(&keys[0]).await.unwrap();
    assert!(directory.path().join("a/journal/1").exists());
    store.delete(&keys[1]).await.unwrap();
    assert!(!directory.path().join("a/journal/1").exists());
    fs::remove_dir_all(directory.path().join("a")).unwrap();
    store.delete(&keys[2]).await.unwrap();
    assert!(directory.path().exists(), "the store itself is not ours to remove");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_object_is_created_while_the_last_one_beside_it_is_deleted() {
    let directory = tempfile::tempdir().unwrap();
    let store = LocalStateStore::open(directory.path()).unwrap();
    let again_and_again = |name: &str| {
        let (store, key) = (store.clone(), format!("a/b/{name}").parse::<ObjectKey>().unwrap());
        tokio::spawn(async move {
            for _ in 0..200 {
                store.create(&key, Bytes::new()).await.unwrap();
                store.delete(&key).await.unwrap();
            }
        })
    };
    for task in ["one", "two", "three"].map(again_and_again) {
        task.await.unwrap();
    }
}

#[tokio::test]
async fn an_object_that_cannot_be_written_is_named_by_its_whole_path_with_what_to_look_at() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("file");
    fs::write(&file, "").unwrap();
    let store = LocalStateStore::open(file.join("state")).unwrap();
    let key: ObjectKey = "buyers/claims/1.json".parse().unwrap();
    let object = file.join("state/buyers/claims/1.json");
    let expected =
        format!("cannot create the state object `{}`; check its permissions and the free space", object.display());
    assert_eq!(store.create(&key, Bytes::new()).await.unwrap_err().to_string(), expected);
}

#[tokio::test]
async fn a_file_in_the_place_of_a_directory_does_not_look_like_another_process() {
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("claims"), "").unwrap();
    let store = LocalStateStore::open(directory.path()).unwrap();
    let key: ObjectKey = "claims/holder".parse().unwrap();
    let held = store.hold(&key).await.map(|hold| hold.is_some());
    assert!(matches!(held, Err(StateError::Io { .. })), "{held:?}");
}

#[cfg(unix)]
#[tokio::test]
async fn files_are_readable_by_their_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let directory = tempfile::tempdir().unwrap();
    let store = LocalStateStore::open(directory.path()).unwrap();
    store.create(&"claims/1.json".parse().unwrap(), Bytes::new()).await.unwrap();
    let _hold = store.hold(&"claims/holder".parse().unwrap()).await.unwrap();
    for file in ["1.json", ".holder.lock"] {
        let mode = fs::metadata(directory.path().join("claims").join(file)).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{file} has mode {mode:o}");
    }
}
