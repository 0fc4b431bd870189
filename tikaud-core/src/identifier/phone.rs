//! Phone numbers: read in any spelling, valid by the numbering plans, written in E.164.

#[cfg(test)]
mod second_opinion;
#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::Arc;

use rlibphonenumber::{CreateUtilError, ParseError, PhoneNumber, PhoneNumberFormat, PhoneNumberUtil};

use super::FieldMapping;
use super::digest::looks_hashed;
use super::region::Region;
use super::reject::{RejectReason, present};

/// Reads phone numbers.
///
/// # Contract
///
/// * `text` may be anything, of any length.
/// * `region` is the country in which a number in national form is to be read. One in international form needs none.
/// * On success `out` holds the number in E.164 with its `+`, such as `+442071838750`, and nothing else: every spelling
///   of a number gives the same text, for its digest is the identifier.
/// * The same text and region give the same answer for as long as the value lives. An answer that changes with a
///   release moves people out of an audience and in again.
/// * It keeps no number, and prints and logs none.
///
/// # Errors
///
/// [`RejectReason::NotAPhone`], [`PhoneNotValid`](RejectReason::PhoneNotValid) or
/// [`PhoneRegionMissing`](RejectReason::PhoneRegionMissing); `out` is then empty.
///
/// # For implementors
///
/// [`DefaultPhoneParser`] is what most tables need. One whose numbers have been put into E.164 before can do with less:
///
/// ```
/// use tikaud_core::identifier::{PhoneParser, Region, RejectReason};
///
/// #[derive(Debug)]
/// struct InE164;
///
/// impl PhoneParser for InE164 {
///     fn e164(&self, text: &str, _: Option<Region>, out: &mut String) -> Result<(), RejectReason> {
///         out.clear();
///         let digits = text.strip_prefix('+').ok_or(RejectReason::NotAPhone)?;
///         if !(7..=15).contains(&digits.len()) || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
///             return Err(RejectReason::NotAPhone);
///         }
///         out.push_str(text);
///         Ok(())
///     }
/// }
///
/// let mut number = String::new();
/// assert_eq!(InE164.e164("+442071838750", None, &mut number), Ok(()));
/// assert_eq!(InE164.e164("020 7183 8750", None, &mut number), Err(RejectReason::NotAPhone));
/// ```
pub trait PhoneParser: Send + Sync + fmt::Debug {
    /// Writes the number in E.164, with its `+`, to `out`, in place of what is there.
    ///
    /// # Errors
    ///
    /// The reason why there is no such number; `out` is then empty.
    fn e164(&self, text: &str, region: Option<Region>, out: &mut String) -> Result<(), RejectReason>;
}

const _: fn(&dyn PhoneParser) = |_| {};

/// Writes the number in the form that is hashed, E.164 with its `+`, to `out`, in place of what is there.
///
/// # Errors
///
/// The reason why there is no such number.
pub(crate) fn normalise_phone(
    raw: &str,
    region: Option<Region>,
    parser: &dyn PhoneParser,
    out: &mut String,
) -> Result<(), RejectReason> {
    out.clear();
    let text = present(raw)?;
    if looks_hashed(text) {
        return Err(RejectReason::LooksHashed);
    }
    parser.e164(text, region, out)
}

/// The number of a column that holds E.164 already: a `+`, then 7 to 15 digits of which the first is no zero.
///
/// # Errors
///
/// The reason why there is no such number.
pub(crate) fn phone_in_e164(raw: &str) -> Result<&str, RejectReason> {
    let text = present(raw)?;
    if looks_hashed(text) {
        return Err(RejectReason::LooksHashed);
    }
    let digits = text.strip_prefix('+').ok_or(RejectReason::NotAPhone)?.as_bytes();
    let is_number = (7..=15).contains(&digits.len()) && digits[0] != b'0' && digits.iter().all(u8::is_ascii_digit);
    if is_number { Ok(text) } else { Err(RejectReason::NotAPhone) }
}

// The parser behind `DefaultPhoneParser` traces the numbers it reads through `log`. A raw number must reach no log, so
// those calls have to be compiled out, which is what this crate's dependency on `log` with `max_level_debug` is for.
const _: () = assert!(
    log::STATIC_MAX_LEVEL as usize <= log::LevelFilter::Debug as usize,
    "the feature `release_max_level_trace` of the crate `log` would let phone numbers into the log: switch it off"
);

/// Google's rules (libphonenumber), as ported by the crate `rlibphonenumber`, and two spellings more.
///
/// Where the plain reading gives no valid number, a leading `00` is read as `+` (in many countries it is not what one
/// dials before a country code, and people write it all the same), and a `(0)` after the country code is left out.
///
/// Making one takes some milliseconds and megabytes: make one and share it.
///
/// ```
/// use tikaud_core::identifier::{DefaultPhoneParser, PhoneParser, Region, RejectReason};
///
/// let parser = DefaultPhoneParser::try_new()?;
/// let germany: Option<Region> = Some("DE".parse()?);
/// let mut number = String::new();
/// for spelling in ["0151 2345 6789", "+49 151 23456789", "tel:+49-151-23456789", "0049 (0) 151 / 23456789"] {
///     assert_eq!(parser.e164(spelling, germany, &mut number), Ok(()));
///     assert_eq!(number, "+4915123456789");
/// }
/// assert_eq!(parser.e164("0151 2345 6789", None, &mut number), Err(RejectReason::PhoneRegionMissing));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct DefaultPhoneParser {
    plans: PhoneNumberUtil,
}

/// The numbering plans that are compiled into the program cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("the numbering plans compiled into this program cannot be read; build it again from a clean checkout")]
#[non_exhaustive]
pub struct NumberingPlansDamaged {
    source: CreateUtilError,
}

impl DefaultPhoneParser {
    /// A parser with the numbering plans that are compiled in.
    ///
    /// # Errors
    ///
    /// [`NumberingPlansDamaged`], which a sound build never gives.
    pub fn try_new() -> Result<Self, NumberingPlansDamaged> {
        let plans = PhoneNumberUtil::new().map_err(|source| NumberingPlansDamaged { source })?;
        Ok(Self { plans })
    }

    /// The number as libphonenumber reads it, when it is valid.
    fn read(&self, text: &str, region: Option<Region>) -> Result<PhoneNumber, RejectReason> {
        let plan = region.and_then(|region| rlibphonenumber::Region::from_code(region.as_str()).ok());
        let number = self.plans.parse(text, plan).map_err(|error| match error {
            ParseError::NotANumber(_) => RejectReason::NotAPhone,
            ParseError::InvalidCountryCode if self.lacks_region(text, plan) => RejectReason::PhoneRegionMissing,
            _ => RejectReason::PhoneNotValid,
        })?;
        if self.is_valid(&number) { Ok(number) } else { Err(RejectReason::PhoneNotValid) }
    }

    /// Whether the text is in national form and the region has no numbering plan, as Antarctica has none.
    fn lacks_region(&self, text: &str, plan: Option<rlibphonenumber::Region>) -> bool {
        let known = plan.is_some_and(|plan| self.plans.get_country_code_for_region(plan).is_some());
        !known && !number_part(text).starts_with(PLUS)
    }

    /// `is_valid_number`, asking the main country of a shared country code first: for its numbers the general question
    /// would go through the patterns twice. Whoever is valid there is the general question's first candidate.
    fn is_valid(&self, number: &PhoneNumber) -> bool {
        self.plans
            .get_region_for_country_code(number.country_code)
            .is_some_and(|main| self.plans.is_valid_number_for_region(number, main))
            || self.plans.is_valid_number(number)
    }

    fn write(&self, number: &PhoneNumber, out: &mut String) {
        out.clear();
        out.push_str(&self.plans.format(number, PhoneNumberFormat::E164));
    }
}

impl PhoneParser for DefaultPhoneParser {
    fn e164(&self, text: &str, region: Option<Region>, out: &mut String) -> Result<(), RejectReason> {
        out.clear();
        let plainly = self.read(text, region);
        let number = plainly.or_else(|reason| {
            let found = other_readings(text).find_map(|reading| self.read(&reading, region).ok());
            found.ok_or(reason)
        })?;
        self.write(&number, out);
        Ok(())
    }
}

/// Knows no number: for mappings without a column of plain phone numbers, where nobody asks. It spares the megabytes of numbering
/// plans.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoPhoneParser;

impl PhoneParser for NoPhoneParser {
    fn e164(&self, _: &str, _: Option<Region>, out: &mut String) -> Result<(), RejectReason> {
        out.clear();
        Err(RejectReason::NotAPhone)
    }
}

/// What reads the phone numbers of columns that are mapped so: with numbering plans where there are any.
///
/// # Errors
///
/// As [`DefaultPhoneParser::try_new`].
pub(crate) fn phone_parser_for<'a>(
    mappings: impl IntoIterator<Item = &'a FieldMapping>,
) -> Result<Arc<dyn PhoneParser>, NumberingPlansDamaged> {
    if mappings.into_iter().any(FieldMapping::has_plain_phone) {
        Ok(Arc::new(DefaultPhoneParser::try_new()?))
    } else {
        Ok(Arc::new(NoPhoneParser))
    }
}

/// The plus sign, and the full-width one of Chinese, Japanese and Korean keyboards.
const PLUS: [char; 2] = ['+', '\u{ff0b}'];

/// The text from where a number can start.
fn number_part(text: &str) -> &str {
    let start = text.find(|c: char| c.is_numeric() || PLUS.contains(&c));
    start.map_or("", |start| &text[start..])
}

/// What the text may mean where libphonenumber's rules find no valid number in it: with its `00` as `+`, and without
/// its `(0)`. Nothing for a number in national form.
fn other_readings(text: &str) -> impl Iterator<Item = String> {
    let number = number_part(text);
    let digits = number.trim_start_matches(PLUS);
    let after_zeros = digits.strip_prefix("00");
    let international = after_zeros.or((digits.len() < number.len()).then_some(digits));
    let with_plus = after_zeros.map(|rest| format!("+{rest}"));
    let without_trunk_zero = international.and_then(|rest| {
        let (country_code, national) = rest.split_once("(0)")?;
        let digits = country_code.bytes().filter(u8::is_ascii_digit).count();
        (1..=3).contains(&digits).then(|| format!("+{country_code}{national}"))
    });
    with_plus.into_iter().chain(without_trunk_zero)
}

/// Shows nothing: the plans are thousands of lines, and no number is kept.
impl fmt::Debug for DefaultPhoneParser {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DefaultPhoneParser").finish_non_exhaustive()
    }
}
