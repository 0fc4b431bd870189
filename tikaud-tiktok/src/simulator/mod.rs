//! A TikTok Ads server for tests: of this crate, of services that embed it, and of connectors in other languages.
//!
//! In come HTTP requests as TikTok's API for Business v1.3 documents them; out come the answers that TikTok would give,
//! as far as they are known. It keeps audiences, enforces TikTok's limits, and goes wrong on demand. It shares no code
//! with the client in this crate, so that a misreading of the protocol does not cancel itself out.
//!
//! ```text
//! Request ─▶ fault? ─▶ quota ─▶ token, scope ─▶ endpoint: fields, account, limits ─▶ audiences ─▶ Response ─▶ fault?
//!                               (or the app's secret)                              (or grants)
//! ```
//!
//! # How do I use it?
//!
//! * In a Rust test: [`SimulatorServer::start`] on `("127.0.0.1", 0)`, and give the client
//!   [`url`](SimulatorServer::url) in place of `https://business-api.tiktok.com`. Look at
//!   [`SimulatorServer::simulator`] afterwards.
//! * Without a socket: [`Simulator::handle`] is a plain function of a request and a time.
//! * From another process or language: `cargo run --example tiktok_simulator` starts the server, and the control
//!   endpoints look at it and steer it. `SIMULATOR.md`, beside this crate's `Cargo.toml`, is the page for whoever tests
//!   a connector in another language. TikTok's own Python SDK works against it for every audience endpoint that it has.
//!
//! ```
//! use jiff::Timestamp;
//! use tikaud_tiktok::simulator::{Effect, FaultProgram, FaultRule, Request, Simulator, World};
//!
//! let mut simulator = Simulator::new(World::default());
//! simulator.inject(FaultProgram::new([FaultRule::new(Effect::Throttle)]));
//! let request = Request::new("GET", "/open_api/v1.3/user/info/").with_header("Access-Token", "act.simulator");
//! let codes = [1, 2].map(|_| {
//!     simulator.handle(&request, Timestamp::UNIX_EPOCH);
//!     simulator.requests().last().and_then(|request| request.code)
//! });
//! assert_eq!(codes, [Some(40100), Some(0)]);
//! ```
//!
//! # What is there at the start?
//!
//! [`World::default`]: the access token `act.simulator` with the scopes 1 and 3, which may use the ad accounts
//! `7000000000000000001` (as Admin) and `7000000000000000002` (as Operator), and not `7000000000000000003`, which
//! exists; the app `7000000000000000100` with the secret `secret.simulator`; the ad groups `7200000000000000001` and
//! `7200000000000000002` of the first account, `7200000000000000003` of the kind Reach & Frequency, and
//! `7200000000000000004` of the second account; 10,000 users a request; no quota; 5,000 people in every audience of
//! rules; e-mails hashed with SHA-512 refused; descriptions accepted. [`World::from_json`] reads another one.
//!
//! # How does a user connect?
//!
//! `GET /portal/auth`, with `app_id`, `redirect_uri` and `state`, is the page where users agree: here they do at once, to
//! what the world's first token may do, and are sent back with an `auth_code`. For another grant, let
//! [`Simulator::give_auth_code`] or `POST /simulator/auth_codes` give the code. It is exchanged at
//! `/oauth2/access_token/`, once and within an hour.
//!
//! # How does time pass?
//!
//! By the clock of whoever calls, and by [`Simulator::advance`] or `POST /simulator/clock` on top: audiences become ready
//! and expire, codes go stale, quotas begin anew.
//!
//! # What can go wrong on demand?
//!
//! A [`FaultProgram`], in Rust or as JSON. This one loses the reply to the first creation of an audience, throttles the
//! third and fourth mapping request, and then answers one with a gateway's page:
//!
//! ```json
//! {"rules": [
//!   {"match": {"path": "/segment/audience/", "action": "create"}, "do": "lose_reply"},
//!   {"match": {"path": "/segment/mapping/"}, "skip": 2, "times": 2, "do": "throttle"},
//!   {"match": {"path": "/segment/mapping/"}, "skip": 2, "do": {"http": {"status": 502, "body": "html"}}}
//! ]}
//! ```
//!
//! # How do I control it from outside?
//!
//! | request | answer |
//! |---|---|
//! | `GET /simulator/audiences` | JSON list: `id`, `advertiser_id`, `name`, `description`, `created`, `deleted`, `type`, `identifiers` (number by type), `shared_with`, `applied_to` (`Include` or `Exclude` by ad group) |
//! | `GET /simulator/audiences/{id}/identifiers?kind=EMAIL_SHA256` | text: the digests, lower-case hex, sorted, one a line |
//! | `GET /simulator/requests` | JSON list of [`LoggedRequest`]: `method`, `path`, `action`, `users`, `status`, `code`, `request_id`, `fault` |
//! | `POST /simulator/faults` | takes a fault program, in the place of the present one; 400 and what is wrong with it |
//! | `GET /simulator/clock` | JSON: `now` |
//! | `POST /simulator/clock` | takes `{"advance_seconds": 86400}`, and answers the same |
//! | `POST /simulator/auth_codes` | takes a grant, such as `{"scopes": [30, 31], "accounts": [{"advertiser_id": "7000000000000000001", "role": "OPERATOR"}]}`, or nothing for that of the world's first token; JSON: `auth_code` |
//! | `POST /simulator/withdraw` | takes `{"access_token": "…"}`, which its user withdraws; 404 when there is none |
//! | `POST /simulator/reset` | forgets audiences, requests, faults, and codes and tokens that were given; sets the clock back; keeps the world |
//!
//! They need no token, so let the server listen on a loopback address only.
//!
//! # What is simulated, and what is a guess?
//!
//! The [`Endpoint`]s, with the envelope and HTTP 200 for what the application logic refuses, as TikTok documents it;
//! hierarchical scopes and roles; every documented field with its type, length and enum; sets of identifiers with
//! idempotent add and delete; names cut to 67 characters and `...`; names that are not unique; a `get` that leaves out
//! unknown audiences without an error; sizes that show a day later; expiry 365 days after the last change or use, or
//! when the given retention ends, shown 60 days before; sharing within a Business Center, ten audiences with ten
//! accounts at most; audiences that are applied only when they are valid, and lookalikes of own ones of 100 people and
//! more; quotas by the app's level; HTTP 404 for a path without its trailing slash. Of customer files: forms with a
//! signature, files of one type without and of several with a header, an audience's type fixed by its first file,
//! `REPLACE` as the default action, at most once a day, audiences that cannot be changed while they are processed, nor
//! shared before they are valid, and that no change may leave with fewer than 1,000 people. Audiences of rules, of the
//! nine types that TikTok has, with every rule about rules; saved audiences, 100 an account; the overlap of one
//! audience with up to four others.
//!
//! `action` in an update without `file_paths` is not used, and is no error: TikTok's specification says that the field
//! "is valid when file_paths is passed" and gives it the default `REPLACE`, and TikTok's own SDK sends that default
//! with every change of a name. A name that is none of its three is refused all the same, since its enum is strict.
//!
//! TikTok does not say, and these are **guesses**:
//!
//! * The order of the checks, and every message: never branch on one.
//! * That `Content-Type` must be `application/json` (all its examples have it), and 40000 for what is no JSON object.
//! * That more than 10,000 users (Braze's figure) give 40061, that 40062 is for every value that is no digest in hex at
//!   all and 40002 for a digest of another width, and that a digest may be in upper case here as in files.
//! * That each inner list must be as long as `id_schema`, with `{}` for a missing identifier and never only `{}`: two
//!   clients do so, no document says it.
//! * That one bad user refuses the whole request, and that adding what is there or deleting what is not is no error.
//! * 40002 for an audience that is unknown, deleted or of another account in a mapping request; 40007 when it is to be
//!   deleted; 40001 for an ad account that is unknown, since that was seen for a deleted one.
//! * That MD5 and SHA-256 of one kind of device id in one audience are refused with 40002. TikTok has a note about it
//!   whose text is not public.
//! * That segment audiences count among the 400 of an ad account, and that mapping requests do not put off expiry.
//! * That every identifier is one matched person, and that a change shows after 24 hours (TikTok: 24 to 48).
//! * What becomes of a `description`, which no document knows: [`DescriptionRule`]. `get` and `list` show one that is
//!   kept in a field of that name, which is the simulator's own.
//! * That a file's content is checked when it is uploaded (40914), that its path is good for 24 hours, that empty cells are
//!   taken in files of several types, and that a header of one title is.
//! * That an audience of customer files is processed as long as its change takes to show, is valid meanwhile if it was
//!   before, and that 40002 is the code for each refusal of a change. What its history calls a change.
//! * That an audience of any kind can be renamed, a segment audience beyond 70 characters as well.
//! * That quotas, off by default, count in seconds, minutes and days of the clock, a mapping request as one, and which
//!   code stands for which: 40100 for the app's, 40016 for an endpoint's, 40133 for an ad account's.
//! * The words for the status of a sharing, the form of times in the log of applications and its order; that a recipient
//!   who deletes an audience deletes it for itself; that sharing what is shared is no error, and to stop what is not, or
//!   to disconnect what is not applied, is 40002.
//! * That a lookalike audience has 10, 20 or 30 people for each of its source.
//! * Of audiences of rules: the windows of 7, 14, 30, 60, 90 and 180 days where the specification names none; the
//!   events, from a client that transcribes TikTok's page, which may know more; that `filter_set` must be there, and
//!   that filters on pages are for websites alone; that sources other than ad groups, which the world has none of, are
//!   whatever the request says; the form of `rule` in `get`; what audiences of offline events and of videos are called;
//!   that their number of people is the world's [`rule_audience_people`](World::rule_audience_people); that only the
//!   types on TikTok's list of what can be shared can be.
//! * Of saved audiences: which characters are emoji, the form of versions and prices, that an audience cannot be chosen
//!   and left out, that `languages` is the one list that may be empty, 40007 for an audience that the account does not
//!   see or a saved one that is not there, and `null` for what was not given. Ids of places, interests, carriers and
//!   devices are checked for their form.
//! * Of the overlap: that it takes the scope 30, that every audience must be valid, the text of ranges and rates, and
//!   that people of rules and lookalikes are nobody that an identifier is of.
//!
//! Not simulated: more than one app, the other endpoints by which TikTok tells ids of places, interests, devices and
//! events, matching against real people.

mod audience;
mod audiences;
mod body;
mod calculate_type;
mod call;
mod context;
mod control;
mod endpoint;
mod endpoints;
mod fault;
mod file_audience;
mod file_content;
mod files;
mod form;
mod grants;
mod id_type;
mod identifier_set;
mod json;
mod kind;
mod log;
mod logic;
mod lookalike_spec;
mod portal;
mod query;
mod quota;
mod random;
mod refusal;
mod request;
mod request_action;
mod rule;
mod saved_audiences;
mod server;
mod sharing;
mod size_history;
mod world;

pub use audience::Audience;
pub use endpoint::Endpoint;
pub use fault::{Effect, FaultProgram, FaultRule, HttpBody};
pub use id_type::IdType;
pub use json::InputError;
pub use log::LoggedRequest;
pub use logic::Simulator;
pub use request::{Delivery, Request, Response};
pub use request_action::RequestAction;
pub use server::SimulatorServer;
pub use world::{
    AccountGrant, AdAccount, AdGroup, App, Credential, DescriptionRule, Level, Limits, Role, TokenGrant, World,
};
