//! Mistakes in the configuration are named by their field before anything starts.

use std::fs;

use super::running::{command, run};
use super::world::{World, activation};

/// What the service says to a configuration in which one text is replaced.
fn mistake(world: &World, text: &str, replacement: &str) -> String {
    world.configure(&activation("buyers", "settings.schedule.schedule = { every = \"6 hours\" }"));
    let path = world.path("service.toml");
    let configuration = fs::read_to_string(&path).unwrap();
    assert!(configuration.contains(text), "{text} is not in {configuration}");
    fs::write(&path, configuration.replace(text, replacement)).unwrap();
    let (code, said) = run(&mut command(world, &["--check"]));
    assert_eq!(code, Some(2), "{replacement}: {said}");
    said
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mistake_is_named_by_its_field_and_says_what_to_do() {
    let world = World::of_buyers(1_000).await;
    fs::write(world.path("buyers.xls"), "").unwrap();
    assert_eq!(run(&mut command(&world, &["--check"])), (Some(0), "the configuration can be used\n".to_owned()));
    for (text, replacement, expected) in [
        ("state = \"state\"", "", "missing field `state`"),
        ("grace", "grass", "unknown field `grass`"),
        (
            "account = \"shop\"",
            "account = \"store\"",
            "activations.buyers.account: there is no account `store`; there are: shop",
        ),
        ("id = \"buyers\"", "id = \"../buyers\"", "activations[0].id: "),
        ("6 hours", "6 fortnights", "every: `6 fortnights`"),
        ("[\"buyers.csv\"]", "[]", "activations.buyers.segment.files: "),
        ("[\"buyers.csv\"]", "[\"buyers.xls\"]", "activations.buyers: its files cannot be used"),
        ("column = \"email\", ", "", "missing field `column`"),
        ("field = \"email\"", "field = \"emails\"", "unknown variant `emails`"),
        (
            "settings.schedule",
            "settings.guards.removals = { action = \"block\", percent = -1.0 }\nsettings.schedule",
            "removals.percent",
        ),
        ("settings.schedule", "settings.schedule.jitter = \"25 hours\"\nsettings.schedule", "jitter: at most 24 hours"),
        ("endpoint = \"http://127.0.0.1", "endpoint = \"http://tiktok.example", "accounts.shop: it cannot be used"),
        (
            "advertiser = \"7",
            "access_token_env = \"NO_SUCH_TOKEN\"\nadvertiser = \"7",
            "accounts.shop.access_token_env: set the environment variable NO_SUCH_TOKEN",
        ),
        ("grace = \"20 seconds\"", "concurrency = 0", "concurrency"),
        ("grace = \"20 seconds\"", "grace = \"-1 second\"", "grace: it is negative"),
        ("grace = \"20 seconds\"", "listen = \"nowhere\"", "cannot listen at nowhere"),
        ("settings.mapping", "settings.name = \"{sgement}\"\nsettings.mapping", "`{sgement}`"),
        ("settings.mapping", "settings.audience_kind = \"file\"\nsettings.mapping", "no audience kind `file`"),
        ("settings.mapping", "suppression = []\n# ", "has no field mapping"),
        ("every = \"6 hours\"", "after = \"sellers\"", "`sellers`"),
    ] {
        let said = mistake(&world, text, replacement);
        assert!(said.contains(expected), "{expected} is not in what is said to {replacement}:\n{said}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_activations_of_one_id_and_a_file_that_is_not_there_are_named() {
    let world = World::of_buyers(1_000).await;
    world.configure(&activation("buyers", "").repeat(2));
    let (code, said) = run(&mut command(&world, &["--check"]));
    assert!(code == Some(2) && said.contains("activations[1].id: `buyers` is there twice"), "{said}");
    fs::remove_file(world.path("service.toml")).unwrap();
    let (code, said) = run(&mut command(&world, &["--check"]));
    assert!(code == Some(2) && said.contains("service.toml cannot be read"), "{said}");
}
