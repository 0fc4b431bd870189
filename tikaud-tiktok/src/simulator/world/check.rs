//! Whether a world contradicts itself.

use super::{TokenGrant, World, account};

impl World {
    /// What is wrong, and where.
    pub(super) fn check(&self) -> Result<(), String> {
        for (at, account) in self.accounts.iter().enumerate() {
            let id = &account.advertiser_id;
            if !is_id(id) {
                return Err(format!("accounts[{at}].advertiser_id: give an id of decimal digits"));
            }
            if self.accounts[..at].iter().any(|other| other.advertiser_id == *id) {
                return Err(format!("accounts[{at}]: the account {id} is there twice"));
            }
            if !account::STATUSES.contains(&account.status.as_str()) {
                return Err(format!("accounts[{at}].status: give one of {}", account::STATUSES.join(", ")));
            }
        }
        self.check_ad_groups()?;
        self.tokens.iter().enumerate().try_for_each(|(at, grant)| self.check_grant(at, grant))?;
        self.limits.check()
    }

    fn check_ad_groups(&self) -> Result<(), String> {
        let mut known: Vec<&str> = Vec::new();
        for (at, account) in self.accounts.iter().enumerate() {
            for ad_group in &account.ad_groups {
                let id = ad_group.adgroup_id.as_str();
                if !is_id(id) {
                    return Err(format!("accounts[{at}].ad_groups: give each an adgroup_id of decimal digits"));
                }
                if known.contains(&id) {
                    return Err(format!("accounts[{at}].ad_groups: the ad group {id} is there twice"));
                }
                known.push(id);
            }
        }
        Ok(())
    }

    fn check_grant(&self, at: usize, grant: &TokenGrant) -> Result<(), String> {
        if grant.access_token.is_empty() {
            return Err(format!("tokens[{at}].access_token: give a token that is not empty"));
        }
        if self.tokens[..at].iter().any(|other| other.access_token == grant.access_token) {
            return Err(format!("tokens[{at}].access_token: an earlier entry has the same token"));
        }
        self.check_accounts(grant).map_err(|problem| format!("tokens[{at}].accounts: {problem}"))
    }

    /// Whether the accounts of a grant exist.
    pub(crate) fn check_accounts(&self, grant: &TokenGrant) -> Result<(), String> {
        match grant.accounts.iter().find(|account| self.account(&account.advertiser_id).is_none()) {
            Some(account) => Err(format!("there is no account {} in `accounts`", account.advertiser_id)),
            None => Ok(()),
        }
    }
}

fn is_id(id: &str) -> bool {
    !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit())
}
