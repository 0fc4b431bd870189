//! Authorization codes and access tokens, as they are given and ended.

use jiff::{SignedDuration, Timestamp};

use super::random;
use super::refusal::{Refusal, WRONG_AUTH_CODE};
use super::world::{Credential, TokenGrant, World};

/// How long an authorization code can be exchanged.
const CODE_LIFE: SignedDuration = SignedDuration::from_hours(1);

/// What users have granted: the world's tokens and those that were exchanged for codes.
#[derive(Debug, Clone)]
pub(crate) struct Grants {
    seed: u64,
    tokens: Vec<TokenGrant>,
    codes: Vec<Code>,
}

#[derive(Debug, Clone)]
struct Code {
    code: Credential,
    /// What it is exchanged for.
    grant: TokenGrant,
    given: Timestamp,
    used: bool,
}

impl Grants {
    pub(crate) fn new(world: &World) -> Self {
        Self { seed: world.seed, tokens: world.tokens.clone(), codes: Vec::new() }
    }

    /// What a token may do; `None` when it is wrong or was ended.
    pub(crate) fn of_token(&self, token: &str) -> Option<&TokenGrant> {
        self.tokens.iter().find(|grant| grant.access_token.is(token))
    }

    /// The first token that there is, which a user who agrees to everything grants once more.
    pub(crate) fn first(&self) -> Option<&TokenGrant> {
        self.tokens.first()
    }

    /// A code for a grant whose token is yet to be made.
    pub(crate) fn give_code(&mut self, mut grant: TokenGrant, now: Timestamp) -> String {
        let place = 2 * self.codes.len() as u64;
        let code = random::token(self.seed, place);
        grant.access_token = Credential::new(random::token(self.seed, place + 1));
        self.codes.push(Code { code: Credential::new(&*code), grant, given: now, used: false });
        code
    }

    /// Exchanges a code, which works once.
    pub(crate) fn exchange(&mut self, code: &str, now: Timestamp) -> Result<(String, &TokenGrant), Refusal> {
        let wrong = |why: &str| Refusal::new(WRONG_AUTH_CODE, format!("Auth_code {why}."));
        let (at, found) = self
            .codes
            .iter_mut()
            .enumerate()
            .find(|(_, known)| known.code.is(code))
            .ok_or_else(|| wrong("is incorrect"))?;
        if found.used {
            return Err(wrong("is used"));
        }
        if now.duration_since(found.given) >= CODE_LIFE {
            return Err(wrong("is expired"));
        }
        found.used = true;
        let token = random::token(self.seed, 2 * at as u64 + 1);
        self.tokens.push(found.grant.clone());
        Ok((token, &found.grant))
    }

    /// Ends a token, and gives what it was good for.
    pub(crate) fn revoke(&mut self, token: &str) -> Result<TokenGrant, Refusal> {
        let at = self.tokens.iter().position(|grant| grant.access_token.is(token)).ok_or_else(Refusal::wrong_token)?;
        Ok(self.tokens.remove(at))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_works_once_and_for_an_hour() {
        let now = Timestamp::UNIX_EPOCH;
        let mut grants = Grants::new(&World::default());
        let [first, second, third] = [0; 3].map(|_| grants.give_code(TokenGrant::new(""), now));
        let (token, _) = grants.exchange(&first, now + SignedDuration::from_secs(3_599)).unwrap();
        assert!(grants.of_token(&token).is_some());
        let mut refused =
            |code: &str, seconds| grants.exchange(code, now + SignedDuration::from_secs(seconds)).unwrap_err().message;
        assert_eq!(refused(&first, 0), "Auth_code is used.");
        assert_eq!(refused(&second, 3_600), "Auth_code is expired.");
        assert_eq!(refused("c0de", 0), "Auth_code is incorrect.");
        let (other, _) = grants.exchange(&third, now).unwrap();
        assert_ne!(token, other);
        assert!(grants.revoke(&token).is_ok());
        assert!(grants.of_token(&token).is_none());
        assert_eq!(grants.revoke(&token).unwrap_err(), Refusal::wrong_token());
    }
}
