//! `GET /audience/insight/overlap/`: how many people audiences have in common.
//!
//! The names of what comes back are those of TikTok's page, as two clients transcribe them. The form of the ranges,
//! which are texts, is a guess.

use serde_json::{Value, json};

use crate::simulator::Audience;
use crate::simulator::context::Context;
use crate::simulator::query::{Query, at_most};
use crate::simulator::refusal::Refusal;

/// Audiences that one can be compared with at a time.
const MOST: usize = 4;

/// That audiences must be valid, as in order to be applied, is a guess; that the account must see them is TikTok's
/// word.
pub(super) fn answer(context: &Context<'_>, query: &Query<'_>) -> Result<Value, Refusal> {
    let (benchmark_field, others_field) = ("benchmark_custom_audience_id", "comparison_custom_audience_ids");
    let advertiser_id = query.required("advertiser_id")?;
    context.check_read(advertiser_id)?;
    let id = query.required(benchmark_field)?;
    let benchmark = usable(context, advertiser_id, id, benchmark_field)?;
    let mut answer = json!({ "benchmark_audience": shown(context, benchmark) });
    // Without others to compare with the field is not there.
    if let Some(ids) = query.list(others_field)? {
        let ids = at_most(MOST, ids, others_field)?;
        if ids.iter().any(|other| other == id) {
            return Err(Refusal::invalid(others_field, "Must be other audiences than the benchmark"));
        }
        let compared = |id: &String| {
            let other = usable(context, advertiser_id, id, others_field)?;
            Ok(compared(context, benchmark, other))
        };
        answer["comparison_audiences"] = ids.iter().map(compared).collect::<Result<Vec<Value>, Refusal>>()?.into();
    }
    Ok(answer)
}

fn usable<'c>(context: &'c Context<'_>, advertiser_id: &str, id: &str, field: &str) -> Result<&'c Audience, Refusal> {
    let place = context.audiences.visible_place(id, advertiser_id).ok_or_else(|| Refusal::audience_not_found(field))?;
    let audience = context.audiences.at(place);
    if !audience.is_valid(context.now, context.world.lag_of(id)) {
        return Err(Refusal::invalid(field, "Must be valid, which an audience is with 1,000 people"));
    }
    Ok(audience)
}

fn size(context: &Context<'_>, audience: &Audience) -> u64 {
    audience.cover_num(context.now, context.world.lag_of(&audience.id))
}

fn shown(context: &Context<'_>, audience: &Audience) -> Value {
    let size = size(context, audience);
    json!({
        "audience_id": audience.id,
        "audience_name": audience.name,
        "audience_size": size,
        "targetable_users_count_range": count_range(size),
    })
}

/// The share of the benchmark's people that the other audience has as well.
fn compared(context: &Context<'_>, benchmark: &Audience, other: &Audience) -> Value {
    let whole = size(context, benchmark);
    // Identifiers can be there that do not show yet.
    let common = benchmark.in_common(other).min(whole).min(size(context, other));
    let hundredths = (common * 10_000).checked_div(whole).unwrap_or_default();
    let mut shown = shown(context, other);
    shown["benchmark_overlap_rate"] = json!(format!("{}.{:02}", hundredths / 100, hundredths % 100));
    shown["benchmark_overlap_rate_range"] = json!(rate_range(hundredths / 100));
    shown["benchmark_overlap_count_range"] = json!(count_range(common));
    shown
}

/// From the highest round number below to the next one: 1,234 is in `1000-2000`.
fn count_range(count: u64) -> String {
    let step = 10_u64.pow(count.max(1_000).ilog10());
    let from = count / step * step;
    format!("{from}-{}", from + step)
}

/// Ten percent wide.
fn rate_range(percent: u64) -> String {
    let from = percent.min(99) / 10 * 10;
    format!("{from}%-{}%", from + 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_around_its_number() {
        let counts = [0, 999, 1_000, 1_999, 12_345, 999_999];
        let expected = ["0-1000", "0-1000", "1000-2000", "1000-2000", "10000-20000", "900000-1000000"];
        assert_eq!(counts.map(count_range), expected);
        assert_eq!([0, 9, 10, 99, 100].map(rate_range), ["0%-10%", "0%-10%", "10%-20%", "90%-100%", "90%-100%"]);
    }
}
