//! TikTok Ads as a destination for `tikaud`.
//!
//! In: batches of identifiers from `tikaud-core`. Out: requests to TikTok's API for Business, v1.3, and receipts.
//!
//! ```text
//! TikTokDestination ──Batch──▶ wire ──request──▶ transport ──▶ business-api.tiktok.com
//! (account, audience)          JSON, file        trace → retry → token → pace → time-out
//! ```
//!
//! # How do I connect?
//!
//! With the access token that a user with the role Admin or Operator on the ad account has granted to your developer
//! app, with the scope Audience Management (and Ad Account Management, to see names and states of accounts). The module
//! [`oauth`] has the user grant it; [`TokenProvider`] hands it over from where your service keeps its secrets.
//!
//! ```
//! use tikaud_core::destination::Destination;
//! use tikaud_tiktok::{AccessToken, AdAccountId, TikTokClient, TikTokDestination};
//!
//! let client = TikTokClient::builder(AccessToken::new("0a1b2c")).build()?;
//! let destination = TikTokDestination::builder(client, AdAccountId::new("7000000000000000001")).build()?;
//! assert_eq!(destination.id().as_str(), "tiktok/7000000000000000001");
//! # Ok::<(), tikaud_core::destination::DestinationError>(())
//! ```
//!
//! [`Destination::check`](tikaud_core::destination::Destination::check) proves that it works, and
//! [`TikTokClient::ad_accounts`] lists the accounts to choose from.
//!
//! # Which kind of audience?
//!
//! [`AudienceKind`]: streaming unless asked otherwise. Customer file audiences are made of uploaded files, one change at a
//! time, and are for apps to which TikTok has not opened the Streaming API:
//!
//! ```
//! use tikaud_core::destination::Destination;
//! use tikaud_tiktok::{AccessToken, AdAccountId, AudienceKind, TikTokClient, TikTokDestination};
//!
//! let client = TikTokClient::builder(AccessToken::new("0a1b2c")).build()?;
//! let destination = TikTokDestination::builder(client, AdAccountId::new("7000000000000000001"))
//!     .audience_kind(AudienceKind::CustomerFile)
//!     .build()?;
//! assert_eq!(destination.capabilities().minimum_audience, 1_000);
//! # Ok::<(), tikaud_core::destination::DestinationError>(())
//! ```
//!
//! # How do I look after the audiences themselves?
//!
//! [`TikTokClient::audiences`] lists them, tells their states, deletes, shares and applies them, and makes lookalikes: see
//! the module [`audiences`].
//!
//! # What is kept from whom?
//!
//! Tokens and the app's secret are types that do not print. No error, event or `Debug` holds an identifier: replies
//! are summed up, and of TikTok's own messages everything is masked that looks like one.
//!
//! # How fast is it?
//!
//! As fast as TikTok permits: an app of the lowest level ([`AppLevel`]) may send 10 requests per second, each with up to
//! 10,000 identifiers. All destinations made from one client, and from [`TikTokClient::with_token`], share that rate, and
//! several clients do when they share a [`Pace`].

mod token;

mod token_provider;

pub mod oauth;

mod client;

mod account;

mod audience_kind;

mod destination;

mod audience_writer;

mod customer_file;

mod rename;

pub mod audiences;

mod explain;

mod wire;

mod transport;

#[cfg(feature = "simulator")]
pub mod simulator;

#[cfg(feature = "benching")]
#[doc(hidden)]
pub mod benching;

pub use account::{AdAccount, AdAccountDetails, AdAccountId, AdAccountStatus, NoPermissionOnAccount, Standing};
pub use audience_kind::{AudienceKind, CustomerFiles, FileContent};
pub use client::{TikTokClient, TikTokClientBuilder};
pub use destination::{TikTokDestination, TikTokDestinationBuilder};
pub use token::{AccessToken, AppCredentials};
pub use token_provider::{TokenProvider, TokenReason};
pub use transport::{AppLevel, Pace, RetryPolicy};

/// For implementations of [`TokenProvider`].
pub use async_trait::async_trait;

/// The guide's example compiles.
#[cfg(doctest)]
#[doc = include_str!("../docs/destination.md")]
struct DestinationGuide;

#[cfg(test)]
mod tests;
