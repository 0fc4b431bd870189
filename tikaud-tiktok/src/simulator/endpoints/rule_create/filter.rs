//! What a rule is about: one event, and what more must be true of it.

use crate::simulator::body::Body;
use crate::simulator::refusal::Refusal;
use crate::simulator::rule::RuleType;

/// The field that is about the page's address, and not about what the event carries.
const URL: &str = "URL";
const FIELDS: [&str; 6] = [URL, "CONTENT_TYPE", "PRICE", "VALUE", "CONTENT_ID", "CONTENT_CATEGORY"];
/// The text of TikTok's specification spells two of them in another way; these are the ones of its enum.
const OPERATORS: [&str; 7] = [
    "CONTAINS",
    "DOES_NOT_CONTAIN",
    "EQ",
    "IS_LESS_THAN",
    "IS_GREATER_THAN",
    "IS_LESS_THAN_OR_EQUAL_TO",
    "IS_GREATER_THAN_OR_EQUAL_TO",
];
/// The first three, which are all that can be asked of an address.
const URL_OPERATORS: usize = 3;
/// Filters on addresses and on what events carry, for one event.
const MOST_URL_FILTERS: usize = 1;
const MOST_OTHER_FILTERS: usize = 10;
/// Values of one filter, and characters of one value.
const MOST_VALUES: usize = 10;
const LONGEST_VALUE: usize = 100;

/// Checks a set of filters, and gives the event.
pub(super) fn event(filter_set: &Body<'_>, rule_type: RuleType) -> Result<&'static str, Refusal> {
    // The enum has AND as well; the text allows OR alone, and one filter, so that it makes no difference.
    filter_set.required_name("operator", &["OR"])?;
    let filters = filter_set.required_objects("filters")?;
    let [filter] = filters.as_slice() else {
        return Err(filter_set.invalid("filters", "Longer than maximum length 1"));
    };
    filter.required_name("field", &["EVENT"])?;
    filter.required_name("operator", &["EQ"])?;
    let event = filter.required_name("value", rule_type.events())?;
    if filter.raw("parameter_filters").is_some() {
        check_parameters(filter, rule_type)?;
    }
    Ok(event)
}

/// They are about pages and what a pixel reports, so that for other audiences than those of websites they make no
/// sense: that TikTok refuses them there is a guess.
fn check_parameters(filter: &Body<'_>, rule_type: RuleType) -> Result<(), Refusal> {
    let field = "parameter_filters";
    if rule_type != RuleType::Pixel {
        return Err(filter.invalid(field, "Only for the audience_type PIXEL"));
    }
    let parameters = filter.required_objects(field)?;
    let fields = parameters.iter().map(check_parameter).collect::<Result<Vec<&str>, Refusal>>()?;
    let of_urls = fields.iter().filter(|field| **field == URL).count();
    if of_urls > MOST_URL_FILTERS || fields.len() - of_urls > MOST_OTHER_FILTERS {
        let most = format!("At most {MOST_URL_FILTERS} of URL and {MOST_OTHER_FILTERS} others");
        return Err(filter.invalid(field, &most));
    }
    Ok(())
}

/// Gives what it is about.
fn check_parameter(parameter: &Body<'_>) -> Result<&'static str, Refusal> {
    let field = parameter.required_name("field", &FIELDS)?;
    let operators = if field == URL { &OPERATORS[..URL_OPERATORS] } else { &OPERATORS };
    parameter.required_name("operator", operators)?;
    let values = parameter.required_list("values")?;
    if values.len() > MOST_VALUES || values.iter().any(|value| value.chars().count() > LONGEST_VALUE) {
        let most = format!("At most {MOST_VALUES} values of at most {LONGEST_VALUE} characters");
        return Err(parameter.invalid("values", &most));
    }
    Ok(field)
}
