//! How a TikTok user connects an ad account: they grant your developer app an access token.
//!
//! ```text
//! OAuth::authorization_url ─▶ the user agrees at TikTok ─▶ State::read_callback ─▶ OAuth::exchange ─▶ Grant
//! (app, redirect URL, state)                              (query of the callback)  (code, secret)     token, scopes
//! ```
//!
//! # How do I connect a user?
//!
//! Keep the [`State`] in the user's session, send them to the URL, and exchange what comes back:
//!
//! ```no_run
//! use tikaud_tiktok::AppCredentials;
//! use tikaud_tiktok::oauth::{OAuth, Scope, State};
//!
//! # async fn connect(random: [u8; 32]) -> Result<(), Box<dyn std::error::Error>> {
//! let oauth = OAuth::builder(AppCredentials::new("7000000000000000009", "hush")).build()?;
//! let state = State::from_random(&random);
//! let url = oauth.authorization_url("https://shop.example/tiktok/callback", &state)?;
//! println!("agree at {url}");
//!
//! // Later, at the callback:
//! let code = state.read_callback("auth_code=0a1b2c&state=…")?;
//! let grant = oauth.exchange(&code).await?;
//! grant.scopes.require(&Scope::FOR_AUDIENCES)?;
//! # Ok(())
//! # }
//! ```
//!
//! # How long does it last?
//!
//! Until the user withdraws it, or [`OAuth::revoke`] ends it. TikTok's long-term tokens do not expire by time and cannot
//! be refreshed: the texts in TikTok's SDK that say otherwise are about tokens of creators.

mod callback;
mod exchange;
mod grant;
mod scope;

pub use callback::{AuthCode, CallbackError, State};
pub use exchange::{OAuth, OAuthBuilder};
pub use grant::Grant;
pub use scope::{MissingScopes, Scope, Scopes};
