//! The cases: each is a clause of what [`StateStore`](crate::state::StateStore) promises.

use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;

use super::StateStoreFixture;
use super::objects::{
    assert_not_there, assert_there, content, create, is_damaged, is_not_found, is_taken, key, listed, write,
};
use super::races::{race, winner};
use crate::conformance::outcome::{must, must_fail};

/// How often a race is run, with how many rivals, and how often each of them acts where a race goes on.
const RACES: u8 = 10;
const RIVALS: u8 = 12;
const ROUNDS: u8 = 10;

cases! {
    $
    /// One `#[test]` for each clause of what [`StateStore`](crate::state::StateStore) promises, over the stores that a
    /// [`StateStoreFixture`](crate::conformance::StateStoreFixture) makes; see [`conformance`](crate::conformance).
    state_store_conformance over StateStoreFixture in state_store;

    /// What one handle creates, both see at once.
    async fn what_one_handle_creates_both_see_at_once(fixture) {
        let (first, second, _kept) = fixture.stores().await;
        assert_eq!(listed(&*second, None).await, [], "an empty store has no objects");
        for (at, name) in ["buyers/generations/00000001.json", "other/a", "alone"].into_iter().enumerate() {
            let (writes, reads) = if at == 1 { (&second, &first) } else { (&first, &second) };
            create(&**writes, name, &content(1, 100)).await;
            let clause = "what one process has created every process sees at once";
            assert_there(&**reads, name, &content(1, 100), clause).await;
            assert_there(&**writes, name, &content(1, 100), clause).await;
        }
    }

    /// A read gives exactly the bytes that were asked for.
    async fn a_range_is_read_exactly(fixture) {
        let (store, other, _kept) = fixture.stores().await;
        let whole = content(2, 1000);
        create(&*store, "a/object", &whole).await;
        for range in [0..1000, 0..1, 999..1000, 17..500, 0..0, 1000..1000, 300..300] {
            let found =
                must(other.read(&key("a/object"), range.start as u64..range.end as u64).await, "a range is read");
            assert!(found == whole[range.clone()], "a read gives exactly the bytes of the range {range:?}");
        }
    }

    /// Reading past the end is damage.
    async fn a_read_past_the_end_is_damage(fixture) {
        let (store, _, _kept) = fixture.stores().await;
        create(&*store, "a/object", &content(3, 10)).await;
        create(&*store, "a/empty", &Bytes::new()).await;
        for (name, range) in [("a/object", 0..11), ("a/object", 9..11), ("a/object", 20..u64::MAX), ("a/empty", 0..1)] {
            let clause = "an object that ends before the range does is damaged";
            let error = must_fail(store.read(&key(name), range).await, clause);
            assert!(is_damaged(&error, name), "{clause}, and the error names it: {error:?}");
        }
    }

    /// What is not there is not found.
    async fn an_object_that_is_missing_is_not_found(fixture) {
        let (store, _, _kept) = fixture.stores().await;
        create(&*store, "a/object", &content(4, 10)).await;
        for name in ["a/missing", "nothing/here", "a/objec", "a/object2"] {
            let error = must_fail(store.read(&key(name), 0..1).await, "reading an object that is missing is an error");
            assert!(is_not_found(&error, name), "an object that is missing is `NotFound`, with its key: {error:?}");
        }
    }

    /// An object without a byte is an object.
    async fn an_empty_object_is_an_object(fixture) {
        let (store, other, _kept) = fixture.stores().await;
        let clause = "an object without a byte is an object";
        create(&*store, "a/created", &Bytes::new()).await;
        must(write(&*store, "a/written", &[]).await, clause);
        for name in ["a/created", "a/written"] {
            assert_there(&*other, name, &Bytes::new(), clause).await;
            let error = must_fail(store.create(&key(name), content(5, 1)).await, clause);
            assert!(is_taken(&error, name), "{clause}, whose key is taken: {error:?}");
        }
    }

    /// Every key that can be made is a key.
    async fn every_valid_key_is_taken(fixture) {
        let (store, other, _kept) = fixture.stores().await;
        let longest = format!("{0}/{0}", "n".repeat(100));
        for name in ["0", "A.b-c_d/9..z", "a/b/c/d", &longest] {
            create(&*store, name, &content(6, 3)).await;
            assert_there(&*other, name, &content(6, 3), "every valid key names an object").await;
        }
    }

    /// A listing has what is below a prefix, in order.
    async fn a_prefix_lists_what_is_below_it_in_order(fixture) {
        let (store, other, _kept) = fixture.stores().await;
        for (len, name) in ["ab/z", "a/c/y", "a/b.json", "a-b/x", "a/c-d", "abc"].into_iter().enumerate() {
            create(&*store, name, &content(7, len)).await;
        }
        let all = [("a-b/x", 3), ("a/b.json", 2), ("a/c-d", 4), ("a/c/y", 1), ("ab/z", 0), ("abc", 5)];
        let below = |prefix: &str| all.into_iter().filter(|(name, _)| name.starts_with(prefix)).collect::<Vec<_>>();
        for (prefix, expected) in [
            (None, below("")),
            (Some("a"), below("a/")),
            (Some("a/c"), below("a/c/")),
            (Some("ab"), below("ab/")),
            (Some("abc"), vec![]),
            (Some("a/b"), vec![]),
            (Some("z"), vec![]),
        ] {
            let expected: Vec<(String, u64)> = expected.into_iter().map(|(name, len)| (name.to_owned(), len)).collect();
            let found = listed(&*other, prefix).await;
            assert_eq!(found, expected, "`list` has the objects below a prefix, whole names only, by key ({prefix:?})");
        }
    }

    /// Deleting is idempotent.
    async fn what_is_deleted_is_gone_and_deleting_it_again_is_no_error(fixture) {
        let (store, other, _kept) = fixture.stores().await;
        create(&*store, "a/object", &content(8, 10)).await;
        create(&*store, "a/other", &content(8, 10)).await;
        for _ in 0..2 {
            must(store.delete(&key("a/object")).await, "removing an object is no error, there or not");
            must(other.delete(&key("never/was")).await, "removing an object that never was is no error");
            assert_not_there(&*other, "a/object", "an object that was removed is gone").await;
        }
        assert_there(&*other, "a/other", &content(8, 10), "removing an object leaves others alone").await;
    }

    /// A taken key stays taken, and its object unchanged.
    async fn a_taken_key_is_refused_and_keeps_its_first_content(fixture) {
        let (store, other, _kept) = fixture.stores().await;
        create(&*store, "a/object", &content(9, 10)).await;
        for again in [&store, &other, &store] {
            let error = must_fail(again.create(&key("a/object"), content(10, 20)).await, "`create` is exclusive");
            assert!(
                is_taken(&error, "a/object"),
                "`create` of a taken key is `AlreadyExists`, with its key: {error:?}"
            );
        }
        assert_there(&*other, "a/object", &content(9, 10), "an object never changes").await;
    }

    /// Of many at once exactly one wins.
    async fn of_many_that_create_one_object_exactly_one_succeeds(fixture) {
        let (first, second, _kept) = fixture.stores().await;
        for number in 0..RACES {
            let name = format!("race/{number}");
            let whole = |rival| [content(rival, 10), content(rival, 10)];
            let (stores, raced) = ([Arc::clone(&first), Arc::clone(&second)], name.clone());
            let outcomes = race(RIVALS, move |rival| {
                let (store, name) = (Arc::clone(&stores[usize::from(rival % 2)]), raced.clone());
                async move {
                    match rival % 3 {
                        0 => write(&*store, &name, &whole(rival)).await,
                        _ => store.create(&key(&name), whole(rival).concat().into()).await,
                    }
                }
            });
            let winner = winner(&outcomes.await, &name);
            assert_there(&*second, &name, &whole(winner).concat().into(), "the object is the winner's, whole").await;
        }
    }

    /// Of many large ones too.
    async fn of_many_that_finish_one_large_object_exactly_one_succeeds(fixture) {
        let (first, second, _kept) = fixture.stores().await;
        // Larger than what an object store takes in one request, so that it goes another way.
        let whole = [0, 1, 2, 3].map(|rival| content(rival, (6 << 20) + usize::from(rival)));
        let (stores, pieces) = ([Arc::clone(&first), Arc::clone(&second)], whole.clone());
        let outcomes = race(4, move |rival| {
            let (store, piece) = (Arc::clone(&stores[usize::from(rival % 2)]), pieces[usize::from(rival)].clone());
            async move { write(&*store, "race/large", &[piece]).await }
        });
        let winner = winner(&outcomes.await, "race/large");
        let clause = "the object is the winner's, whole";
        assert_there(&*first, "race/large", &whole[usize::from(winner)], clause).await;
        assert_eq!(listed(&*second, None).await.len(), 1, "writers that came too late leave nothing");
    }

    /// A listing beside creations misses nothing.
    async fn a_listing_beside_creations_has_all_that_was_there_each_whole(fixture) {
        let (first, second, _kept) = fixture.stores().await;
        let stores = [first, Arc::clone(&second)];
        let created = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&created);
        race(RIVALS, move |rival| {
            let (store, created) = (Arc::clone(&stores[usize::from(rival % 2)]), Arc::clone(&seen));
            async move {
                for round in 0..ROUNDS {
                    if rival < RIVALS / 2 {
                        let name = format!("list/{rival}-{round}");
                        create(&*store, &name, &content(rival, 1000)).await;
                        created.lock().unwrap_or_else(PoisonError::into_inner).push((name, 1000));
                    } else {
                        let before = created.lock().unwrap_or_else(PoisonError::into_inner).clone();
                        let found = listed(&*store, Some("list")).await;
                        let clause = "what was created before a listing began is in it";
                        assert!(before.iter().all(|object| found.contains(object)), "{clause}: {before:?}, {found:?}");
                        assert!(found.iter().all(|(_, len)| *len == 1000), "what is listed is whole: {found:?}");
                        assert!(found.is_sorted_by(|a, b| a.0 < b.0), "a listing has each object once, by key: {found:?}");
                    }
                }
            }
        })
        .await;
        let mut created = created.lock().unwrap_or_else(PoisonError::into_inner).clone();
        created.sort();
        assert_eq!(listed(&*second, Some("list")).await, created, "what was created before a listing began is in it");
    }

    /// A reader beside others that delete and create sees an object whole, or none.
    async fn a_reader_beside_deletions_sees_an_object_whole_or_none(fixture) {
        let (first, second, _kept) = fixture.stores().await;
        let stores = [Arc::clone(&first), second];
        race(RIVALS, move |rival| {
            let store = Arc::clone(&stores[usize::from(rival / 3 % 2)]);
            async move {
                for round in 0..ROUNDS {
                    match rival % 3 {
                        0 => match store.create(&key("a/object"), content(rival * ROUNDS + round, 1000)).await {
                            Err(error) if is_taken(&error, "a/object") => {}
                            outcome => must(outcome, "an object that others delete can be created again"),
                        },
                        1 => must(store.delete(&key("a/object")).await, "removing an object is no error, there or not"),
                        _ => match store.read(&key("a/object"), 0..1000).await {
                            Ok(found) => {
                                let whole = found.first().is_some_and(|first| content(*first, 1000) == found);
                                assert!(whole, "a read gives one object's bytes, whole");
                            }
                            Err(error) => assert!(
                                is_not_found(&error, "a/object"),
                                "an object that others delete is there, or `NotFound`: {error:?}"
                            ),
                        },
                    }
                }
            }
        })
        .await;
        must(first.delete(&key("a/object")).await, "removing an object is no error, there or not");
        assert_not_there(&*first, "a/object", "an object that was removed is gone").await;
    }

    /// An object on its way cannot be seen.
    async fn an_object_on_its_way_appears_when_it_is_finished(fixture) {
        let (store, other, _kept) = fixture.stores().await;
        let mut writer = must(store.writer(&key("a/object")).await, "an object can be started");
        assert_not_there(&*other, "a/object", "an object that was started is not there").await;
        for part in 0..2 {
            must(writer.write(content(part, 100_000)).await, "bytes can be appended to an object on its way");
            assert_not_there(&*other, "a/object", "an object on its way is not there").await;
            assert_eq!(listed(&*store, Some("a")).await, [], "unfinished objects are not listed");
        }
        must(writer.finish().await, "an object on its way can be finished");
        let whole = [content(0, 100_000), content(1, 100_000)].concat().into();
        assert_there(&*other, "a/object", &whole, "a finished object is there, whole").await;
    }

    /// A writer that is dropped leaves nothing.
    async fn a_dropped_writer_leaves_nothing(fixture) {
        let (store, other, _kept) = fixture.stores().await;
        let mut writer = must(store.writer(&key("a/object")).await, "an object can be started");
        must(writer.write(content(11, 100_000)).await, "bytes can be appended to an object on its way");
        drop(writer);
        assert_eq!(listed(&*other, None).await, [], "a dropped writer leaves nothing");
        assert_not_there(&*store, "a/object", "a dropped writer leaves nothing").await;
        create(&*other, "a/object", &content(12, 10)).await;
        assert_there(&*store, "a/object", &content(12, 10), "the key of a dropped writer is free").await;
    }

    /// Finishing is exclusive.
    async fn finishing_on_a_taken_key_is_refused_and_changes_nothing(fixture) {
        let (store, other, _kept) = fixture.stores().await;
        let mut late = must(store.writer(&key("a/object")).await, "an object can be started");
        must(late.write(content(13, 50)).await, "bytes can be appended to an object on its way");
        create(&*other, "a/object", &content(14, 10)).await;
        let clause = "`finish` on a taken key is `AlreadyExists`";
        let error = must_fail(late.finish().await, clause);
        assert!(is_taken(&error, "a/object"), "{clause}, with its key: {error:?}");
        assert_there(&*store, "a/object", &content(14, 10), "an object never changes").await;
        assert_eq!(listed(&*store, None).await.len(), 1, "a writer that came too late leaves nothing");
    }

    /// Two writers of one key do not disturb each other.
    async fn of_two_writers_the_first_to_finish_wins(fixture) {
        let (store, other, _kept) = fixture.stores().await;
        let name = key("a/object");
        let mut first = must(store.writer(&name).await, "an object can be started");
        let mut second = must(other.writer(&name).await, "an object can be started while another is on its way");
        for part in 0..3 {
            must(first.write(content(part, 70)).await, "bytes can be appended to an object on its way");
            must(second.write(content(part + 100, 90)).await, "bytes can be appended to an object on its way");
        }
        must(second.finish().await, "the first to finish succeeds");
        let error = must_fail(first.finish().await, "the second to finish fails");
        assert!(is_taken(&error, "a/object"), "the second to finish gets `AlreadyExists`: {error:?}");
        let whole = [content(100, 90), content(101, 90), content(102, 90)].concat().into();
        assert_there(&*store, "a/object", &whole, "each writer has an object of its own").await;
    }

    /// Large objects come back as they were written.
    async fn a_large_object_is_written_in_pieces_and_read_in_ranges(fixture) {
        let (store, other, _kept) = fixture.stores().await;
        let whole = content(15, (5 << 20) + 12_345);
        let (mut pieces, mut rest) = (vec![Bytes::new()], whole.clone());
        for size in [1, 4096, 1_000_003, 0, 3 << 20] {
            pieces.push(rest.split_to(size));
        }
        pieces.push(rest);
        must(write(&*store, "a/large", &pieces).await, "an object of some megabytes can be written in pieces");
        assert_there(&*other, "a/large", &whole, "an object comes back as it was written").await;
        for range in [4090..4100, 1_000_000..1_010_000, whole.len() - 1..whole.len()] {
            let found = other.read(&key("a/large"), range.start as u64..range.end as u64).await;
            let found = must(found, "a range of a large object is read");
            assert!(found == whole[range.clone()], "a read gives exactly the bytes of the range {range:?}");
        }
    }

    /// A key has one living holder.
    async fn a_key_has_one_holder_until_it_lets_go(fixture) {
        let (store, other, _kept) = fixture.stores().await;
        let held = key("a/claims/holder");
        let Some(first) = must(store.hold(&held).await, "a key that nobody holds can be held") else {
            let again = must(other.hold(&held).await, "a store that cannot tell the living from the dead says so");
            assert!(again.is_none(), "a store can tell the living from the dead always, or never");
            return;
        };
        for rival in [&other, &store] {
            let clause = "while a living holder has the key, another gets `AlreadyExists`";
            let error = must_fail(rival.hold(&held).await.map(|_| ()), clause);
            assert!(is_taken(&error, held.as_str()), "{clause}, with the key: {error:?}");
        }
        let another = must(other.hold(&key("b/claims/holder")).await, "holding one key leaves others free");
        assert!(another.is_some(), "a store can tell the living from the dead always, or never");
        assert_eq!(listed(&*other, None).await, [], "a held key is not an object");

        drop(first);
        let next = must(other.hold(&held).await, "a key that was let go can be held");
        let error = must_fail(store.hold(&held).await.map(|_| ()), "the next holder has the key");
        assert!(next.is_some() && is_taken(&error, held.as_str()), "the next holder has the key: {error:?}");
    }
}
