//! The events that a rule can name: the field `value` of a filter.
//!
//! TikTok's own page of them is not public. These are the ones that a client transcribes from it
//! (`bububa/tiktok-business`, `enum/filter_value.go`), in the groups in which they are there; those of public videos
//! are from another client's documentation. TikTok may know more of them, of business accounts above all. `PIXEL
//! COMPLETE PAYMENT` is the example in TikTok's specification, where the transcription has `COMPLETE PAYMENT`, so both
//! are taken.

/// The one event of business accounts with which a longer window is allowed.
pub(super) const FOLLOW: &str = "BUSINESS ACCOUNT PROFILE FOLLOW";

/// With ads.
pub(super) const ENGAGEMENT: &[&str] = &[
    "CLICK",
    "IMPRESSION",
    "PLAY 2S",
    "PLAY 6S",
    "PLAY 25",
    "PLAY 50",
    "PLAY 75",
    "PLAY OVER",
    "ENGAGEMENT APP PROFILE CLICK",
    "ENGAGEMENT APP PROFILE IMPRESSION",
    "ENGAGEMENT TIKTOK INSTANT CLICK",
    "ENGAGEMENT TIKTOK INSTANT IMPRESSION",
    "ENGAGEMENT COLLECTION ADS CLICK",
    "ENGAGEMENT COLLECTION ADS IMPRESSION",
];

/// With public videos.
pub(super) const ORGANIC_VIDEO: &[&str] =
    &["ORGANIC VIDEO PLAY 2S", "ORGANIC VIDEO PLAY 6S", "ORGANIC VIDEO PLAY OVER", "ORGANIC VIDEO ENGAGEMENT"];

/// With live videos.
pub(super) const LIVE_VIDEO: &[&str] = &["LIVE VIDEO VIEW", "LIVE VIDEO ENGAGEMENT"];

/// In an app.
pub(super) const APP: &[&str] = &[
    "INSTALL",
    "DAY 2 RETENTION",
    "APP ADD PAYMENT INFO",
    "APP ADD TO CART",
    "ADD TO WISHLIST",
    "LAUNCH APP",
    "CHECKOUT",
    "COMPLETE TUTORIAL",
    "VIEW CONTENT",
    "CREATE GROUP",
    "CREATE ROLE",
    "GENERATE LEAD",
    "IN-APP AD CLICK",
    "IN-APP AD IMPRESSION",
    "JOIN GROUP",
    "ACHIEVE LEVEL",
    "LOAN APPLY",
    "LOAN APPROVAL",
    "LOAN DISBURSAL",
    "LOGIN",
    "PURCHASE",
    "RATE",
    "REGISTRATION",
    "APP SEARCH",
    "SPEND CREDITS",
    "START TRIAL",
    "SUBSCRIBE",
    "UNLOCK ACHIEVEMENT",
];

/// On a website.
pub(super) const PIXEL: &[&str] = &[
    "PAGE BROWSE",
    "CLICK BUTTON",
    "PIXEL SUBMIT FORM",
    "CONTACT",
    "DOWNLOAD",
    "PIXEL ADD PAYMENT INFO",
    "COMPLETE PAYMENT",
    "PIXEL COMPLETE PAYMENT",
    "INITIATE CHECKOUT",
    "COMPLETE REGISTRATION",
    "PRODUCT DETAIL PAGE BROWSE",
    "PIXEL SEARCH",
    "PIXEL ADD TO CART",
    "PLACE AN ORDER",
    "PIXEL ADD TO WISHLIST",
    "PIXEL SUBSCRIBE",
];

/// With a form.
pub(super) const LEAD_GENERATION: &[&str] = &["LEAD GENERATION FORM SUBMISSION", "FORM VIEW"];

/// With a business account.
pub(super) const BUSINESS_ACCOUNT: &[&str] = &[
    FOLLOW,
    "BUSINESS ACCOUNT PROFILE VISIT",
    "BUSINESS ACCOUNT ENGAGEMENT",
    "BUSINESS ACCOUNT PLAY 2S",
    "BUSINESS ACCOUNT PLAY 6S",
    "BUSINESS ACCOUNT PLAY OVER",
];

/// In a shop on TikTok.
pub(super) const SHOP: &[&str] = &[
    "TIKTOK SHOP PAGE VIEW",
    "TIKTOK SHOP ADD TO CART",
    "TIKTOK SHOP INITIATE CHECKOUT",
    "TIKTOK SHOP COMPLETE PAYMENT",
];

/// In the world outside.
pub(super) const OFFLINE: &[&str] = &[
    "OFFLINE COMPLETE PAYMENT",
    "OFFLINE CONTACT",
    "OFFLINE SUBMIT FORM",
    "OFFLINE SUBSCRIBE",
    "OFFLINE ADD PAYMENT INFO",
    "OFFLINE ADD TO CART",
    "OFFLINE ADD TO WISHLIST",
    "OFFLINE CLICK BUTTON",
    "OFFLINE COMPLETE REGISTRATION",
    "OFFLINE DOWNLOAD",
    "OFFLINE INITIATE CHECKOUT",
    "OFFLINE PLACE AN ORDER",
];
