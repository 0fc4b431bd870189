//! How much TikTok lets a developer app ask.

/// The level of a developer app, which says how many requests per second TikTok lets it send to one endpoint. Every app
/// starts as Basic; a higher level is applied for in the developer portal, one at a time.
/// <https://business-api.tiktok.com/portal/docs/rate-limits/v1.3>
///
/// The quotas of the minute and of the day are those of the second over their time, so that whoever keeps the second's
/// keeps all three.
///
/// ```
/// use tikaud_tiktok::AppLevel;
///
/// assert_eq!(AppLevel::ALL.map(AppLevel::requests_per_second), [10, 20, 30, 50]);
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum AppLevel {
    /// 10 requests per second.
    #[default]
    Basic,
    /// 20 requests per second.
    Advanced,
    /// 30 requests per second.
    Premium,
    /// 50 requests per second.
    Ultimate,
}

impl AppLevel {
    /// Every level, the lowest first.
    pub const ALL: [Self; 4] = [Self::Basic, Self::Advanced, Self::Premium, Self::Ultimate];

    /// Requests per second that TikTok lets through.
    #[must_use]
    pub const fn requests_per_second(self) -> u32 {
        match self {
            Self::Basic => 10,
            Self::Advanced => 20,
            Self::Premium => 30,
            Self::Ultimate => 50,
        }
    }
}
