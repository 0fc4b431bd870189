//! What people did on TikTok.

use serde_json::{Value, json};

use super::choices;
use crate::simulator::body::Body;
use crate::simulator::refusal::Refusal;

/// With what they did something, and what they can have done with it.
const SCENES: [(&str, &[&str]); 3] = [
    (OF_VIDEOS, &["WATCHED_TO_END", "LIKED", "COMMENTED", "SHARED"]),
    ("CREATOR_RELATED", &["FOLLOWING", "VIEW_HOMEPAGE"]),
    ("HASHTAG_RELATED", &["VIEW_HASHTAG"]),
];
/// The one scene in which the period counts.
const OF_VIDEOS: &str = "VIDEO_RELATED";
/// Days; 0 stands for all time.
const PERIODS: [u16; 3] = [0, 7, 15];

/// The field, where it is there, in the form in which the list shows it.
pub(super) fn read(body: &Body<'_>) -> Result<Option<Value>, Refusal> {
    let field = "actions";
    if body.raw(field).is_none() {
        return Ok(None);
    }
    body.required_objects(field)?
        .iter()
        .map(action)
        .collect::<Result<Vec<Value>, Refusal>>()
        .map(|all| Some(all.into()))
}

/// All four fields must be there, and with other scenes than videos TikTok puts all time in the period's place.
fn action(action: &Body<'_>) -> Result<Value, Refusal> {
    let scene = action.required_name("action_scene", &SCENES.map(|(scene, _)| scene))?;
    let period = action.required_number("action_period", &PERIODS)?;
    let done = action.required_list("video_user_actions")?;
    let allowed = SCENES.iter().find(|(known, _)| *known == scene).map_or(&[][..], |(_, allowed)| allowed);
    if !done.iter().all(|name| allowed.contains(&name.as_str())) {
        return Err(Refusal::not_one_of(&action.name("video_user_actions"), allowed));
    }
    action.required("action_category_ids")?;
    Ok(json!({
        "action_scene": scene,
        "action_period": if scene == OF_VIDEOS { period } else { 0 },
        "video_user_actions": done,
        "action_category_ids": choices::ids(action, "action_category_ids")?,
    }))
}
