//! Values that are often right and mostly nearly so.

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

/// Some thousands of values, other ones in each run; a failure shows the value.
pub(super) fn values(count: usize) -> Vec<Option<String>> {
    let mut runner = TestRunner::default();
    let tree = prop::collection::vec(prop::option::weighted(0.99, value()), count).new_tree(&mut runner);
    tree.unwrap().current()
}

fn value() -> impl Strategy<Value = String> {
    (prop_oneof![6 => address(), 2 => digest(), 2 => device_id(), 2 => number(), 1 => ".{0,40}"], spoiling())
        .prop_map(|(value, spoil)| spoil.spoilt(value))
}

fn address() -> impl Strategy<Value = String> {
    prop_oneof![
        r"[a-zA-Z0-9.+_-]{0,12}@[a-zA-Z0-9-]{0,8}\.[a-zA-Z0-9.-]{0,8}",
        r"[a-z0-9]{1,8}(\.[a-z0-9+_-]{1,8}){0,3}@([a-z0-9]{1,9}\.){1,3}[a-z0-9]{1,5}",
        r"[a-zA-Z0-9._+-]{1,40}@[a-z0-9.-]{3,30}[a-z0-9]",
        // About the limits of a short address, a local part and a label.
        r"[a-z]{48,68}@[a-z]{1,3}\.[a-z]{2,14}",
        r"[a-z]{60,66}@[a-z0-9-]{60,66}\.[a-z0-9]{60,66}",
        r"a@([a-z0-9]{30,64}\.){3,5}[a-z0-9]{1,64}",
        r#"[ -~]{0,20}@?[ -~]{0,20}"#,
        r#"[!-~]{1,6}@[a-z0-9]{1,6}\.(com|[!-~]{1,3})"#,
        r"[a-z.@ \-+0-9é<>,\t]{0,80}",
        r"[a-zßΣσ.]{1,6}@[a-zü一-三]{1,6}\.(com|рф|テスト)",
    ]
}

fn digest() -> impl Strategy<Value = String> {
    prop_oneof![
        "[0-9a-f]{32}",
        "[0-9a-fA-F]{64}",
        "[0-9a-fA-F]{128}",
        "[0-9a-f]{31,33}",
        "[0-9a-f]{63,65}",
        "[0-9a-f]{127,129}",
        "[0-9a-g]{64}",
        "0[xX][0-9a-f]{62}",
        Just("E3B0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855".to_owned()),
    ]
}

fn device_id() -> impl Strategy<Value = String> {
    prop_oneof![
        "[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}",
        "[0-9a-f]{7,9}(-[0-9a-f]{4}){3}-[0-9a-f]{11,13}",
        "[0]{8}(-[0]{4}){3}-[0]{11}[0-2]",
        "[0-9a-g-]{36}",
    ]
}

fn number() -> impl Strategy<Value = String> {
    prop_oneof![r"\+[1-9][0-9]{6,14}", r"\+?[0-9]{5,17}", r"\+[0-9 ()-]{6,18}"]
}

/// What happens to values on their way into a table.
#[derive(Debug, Clone)]
enum Spoiling {
    None,
    Around(String, String),
    Within(String, prop::sample::Index),
    Capitals,
}

fn spoiling() -> impl Strategy<Value = Spoiling> {
    let blanks = r"[ \t\n\x0b\x0c\r]{0,3}";
    // Controls, what is white elsewhere, what ends lines, letters whose lower case is in ASCII, invisible characters.
    let odd = "[\0-\x1f\x7f\u{80}\u{85}\u{a0}\u{130}\u{212a}\u{2028}\u{200b}\u{feff}\u{fffd}éß ]";
    prop_oneof![
        8 => Just(Spoiling::None),
        3 => (blanks, blanks).prop_map(|(before, after)| Spoiling::Around(before, after)),
        2 => (odd, odd).prop_map(|(before, after)| Spoiling::Around(before, after)),
        2 => (prop_oneof![blanks, odd, "[ -~]"], any::<prop::sample::Index>())
            .prop_map(|(sign, at)| Spoiling::Within(sign, at)),
        1 => Just(Spoiling::Capitals),
    ]
}

impl Spoiling {
    fn spoilt(self, value: String) -> String {
        match self {
            Self::None => value,
            Self::Around(before, after) => before + &value + &after,
            Self::Within(sign, at) => {
                let mut signs: Vec<char> = value.chars().collect();
                let at = at.index(signs.len() + 1);
                signs.splice(at..at, sign.chars());
                signs.into_iter().collect()
            }
            Self::Capitals => value.to_uppercase(),
        }
    }
}
