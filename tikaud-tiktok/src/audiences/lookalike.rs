//! Audiences of people who resemble those of another.

use tikaud_core::destination::{AudienceId, DestinationError};

use super::Audiences;
use super::limits::{AUDIENCES, NAME, check_audiences, wrong};
use crate::wire::{CreateLookalike, RefreshLookalikes};

/// How close to its source a lookalike audience is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LookalikeSize {
    /// Few people, very alike.
    Narrow,
    /// In between.
    Balanced,
    /// Many people, less alike.
    Broad,
}

impl LookalikeSize {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Narrow => "NARROW",
            Self::Balanced => "BALANCED",
            Self::Broad => "BROAD",
        }
    }
}

/// The devices whose users are looked at.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum MobileOs {
    /// Both.
    #[default]
    All,
    /// Android alone.
    Android,
    /// iOS alone.
    Ios,
}

impl MobileOs {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::All => "ALL",
            Self::Android => "ANDROID",
            Self::Ios => "IOS",
        }
    }
}

/// A lookalike audience that is to be made.
///
/// ```
/// use tikaud_core::destination::AudienceId;
/// use tikaud_tiktok::audiences::{Lookalike, LookalikeSize};
///
/// let source = AudienceId::new("7100000000000000001");
/// let mut lookalike = Lookalike::new("Like our buyers", source, LookalikeSize::Balanced, ["6252001"]);
/// lookalike.include_source = true;
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lookalike {
    /// Its name: 1 to 128 characters.
    pub name: String,
    /// The audience that it is to resemble: of this account, of at least 100 people, and no lookalike itself.
    pub source: AudienceId,
    /// Whether the people of the source are in it. `false` unless said otherwise.
    pub include_source: bool,
    /// The devices whose users are looked at: all unless said otherwise.
    pub mobile_os: MobileOs,
    /// The apps in which its ads are to be shown, by TikTok's names: `TikTok`, `TopBuzz & BuzzVideo`, `Pangle`. `TikTok`
    /// unless said otherwise.
    pub placements: Vec<String>,
    /// The places whose people are looked at, by TikTok's ids: at least one.
    pub locations: Vec<String>,
    /// How close to its source it is.
    pub size: LookalikeSize,
}

impl Lookalike {
    /// A lookalike audience in TikTok, of users of all devices, without the people of its source.
    pub fn new(
        name: impl Into<String>,
        source: AudienceId,
        size: LookalikeSize,
        locations: impl IntoIterator<Item = impl Into<String>>,
    ) -> Self {
        Self {
            name: name.into(),
            source,
            include_source: false,
            mobile_os: MobileOs::All,
            placements: vec!["TikTok".to_owned()],
            locations: locations.into_iter().map(Into::into).collect(),
            size,
        }
    }

    fn check(&self) -> Result<(), DestinationError> {
        let characters = self.name.chars().count();
        if !NAME.contains(&characters) {
            return Err(wrong(format!(
                "the name of a lookalike audience has {} to {} characters, and this one {characters}",
                NAME.start(),
                NAME.end()
            )));
        }
        for (what, values) in [("locations", &self.locations), ("placements", &self.placements)] {
            if values.is_empty() || values.iter().any(String::is_empty) {
                return Err(wrong(format!("a lookalike audience needs {what}: at least one, and none that is empty")));
            }
        }
        check_audiences(std::slice::from_ref(&self.source), AUDIENCES).map(drop)
    }
}

impl Audiences {
    /// Makes a lookalike audience, which takes TikTok a day or two, and gives its id. Not idempotent: names are not unique,
    /// and it is not sent again when its reply is lost.
    ///
    /// # Errors
    ///
    /// `InvalidInput` when it is not what TikTok takes, or the source is a lookalike itself or has fewer than 100 people;
    /// `Permission` when the user has not the role for it.
    pub async fn create_lookalike(&self, lookalike: &Lookalike) -> Result<AudienceId, DestinationError> {
        lookalike.check()?;
        let request = CreateLookalike { advertiser_id: self.account.as_str(), lookalike };
        let data = self.send(&request, &format!("make a lookalike of audience {}", lookalike.source)).await?;
        Ok(AudienceId::new(data.custom_audience_id))
    }

    /// Has 1 to 100 lookalike audiences computed anew. Those in active ad groups are so twice a week by themselves. TikTok
    /// documents no limit on their number; 100 is that of its other endpoints.
    ///
    /// # Errors
    ///
    /// `InvalidInput` when these are no ids or too many, or one is no lookalike; otherwise as for
    /// [`create_lookalike`](Self::create_lookalike).
    pub async fn refresh_lookalikes(&self, ids: &[AudienceId]) -> Result<(), DestinationError> {
        let audience_ids = &check_audiences(ids, AUDIENCES)?;
        let request = RefreshLookalikes { advertiser_id: self.account.as_str(), audience_ids };
        self.send(&request, &format!("refresh {} lookalike audiences", ids.len())).await.map(drop)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lookalike() -> Lookalike {
        Lookalike::new("Like buyers", AudienceId::new("42"), LookalikeSize::Broad, ["6252001"])
    }

    #[test]
    fn what_tiktok_would_refuse_is_named_before_it_is_sent() {
        assert!(lookalike().check().is_ok());
        assert!(Lookalike { name: "é".repeat(128), ..lookalike() }.check().is_ok());
        let cases = [
            (Lookalike { name: String::new(), ..lookalike() }, "1 to 128 characters, and this one 0"),
            (Lookalike { name: "é".repeat(129), ..lookalike() }, "1 to 128 characters, and this one 129"),
            (Lookalike { locations: vec![], ..lookalike() }, "needs locations"),
            (Lookalike { locations: vec![String::new()], ..lookalike() }, "needs locations"),
            (Lookalike { placements: vec![], ..lookalike() }, "needs placements"),
            (Lookalike { source: AudienceId::new("Buyers"), ..lookalike() }, "ids of audiences are numbers"),
        ];
        for (lookalike, expected) in cases {
            let error = lookalike.check().unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
        }
    }
}
