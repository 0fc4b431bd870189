//! Exact decimal numbers, so that a rule's numbers mean the same in every engine.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use super::RuleError;

/// The most digits that a number has.
pub(crate) const DIGITS: u32 = 38;

/// Digits up to which a `f64` holds every decimal exactly enough to give it back.
const FLOAT_DIGITS: u32 = 15;

/// An exact decimal number of at most 38 significant digits.
///
/// ```
/// use tikaud_sources::rule::Number;
///
/// let price: Number = "12.50".parse()?;
/// assert_eq!(price, "12.5".parse()?);
/// assert!(price > 12.into());
/// # Ok::<(), tikaud_sources::rule::RuleError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Number {
    /// Without trailing zeros, so that equal numbers are equal values.
    digits: i128,
    /// The number is `digits` times ten to the power of minus `scale`.
    scale: i32,
}

impl Number {
    /// Reads `[+-]digits[.digits][e[+-]digits]`; `None` when the text is not that, or has more than 38 significant digits.
    pub(crate) fn read(text: &[u8]) -> Option<Self> {
        let (negative, unsigned) = match text {
            [b'-', rest @ ..] => (true, rest),
            [b'+', rest @ ..] => (false, rest),
            rest => (false, rest),
        };
        let (mut digits, mut significant, mut zeros, mut scale) = (0_i128, 0_u32, 0_u32, 0_i32);
        let (mut has_digit, mut in_fraction) = (false, false);
        let mut bytes = unsigned.iter();
        while let Some(byte) = bytes.next() {
            match byte {
                b'0'..=b'9' => {
                    has_digit = true;
                    scale += i32::from(in_fraction);
                    match byte - b'0' {
                        0 => zeros += u32::from(significant > 0),
                        digit => {
                            significant = significant.saturating_add(zeros + 1);
                            if significant > DIGITS {
                                return None;
                            }
                            digits = digits * 10_i128.pow(zeros + 1) + i128::from(digit);
                            zeros = 0;
                        }
                    }
                }
                b'.' if !in_fraction => in_fraction = true,
                b'e' | b'E' if has_digit => {
                    scale -= exponent(bytes.as_slice())?;
                    break;
                }
                _ => return None,
            }
        }
        let scale = if digits == 0 { 0 } else { scale - i32::try_from(zeros).ok()? };
        has_digit.then_some(Self { digits: if negative { -digits } else { digits }, scale })
    }

    /// The decimal that a float is written as.
    ///
    /// # Errors
    ///
    /// [`RuleError`] when it is not finite, or has more than 15 digits, beyond which a float does not say which decimal
    /// was meant.
    pub fn try_from_float(float: f64) -> Result<Self, RuleError> {
        if !float.is_finite() {
            return Err(RuleError::new("a number is finite"));
        }
        let number = Self::read(float.to_string().as_bytes()).filter(|number| number.significant() <= FLOAT_DIGITS);
        number.ok_or_else(|| {
            RuleError::new("the number has more digits than a float keeps; write it as text: { number = \"…\" }")
        })
    }

    /// The nearest `f64`.
    pub(crate) fn to_float(self) -> f64 {
        // The standard library's parser rounds correctly, which a division would not.
        format!("{}e{}", self.digits, -self.scale).parse().unwrap_or(f64::NAN)
    }

    /// The number in units of ten to the power of minus `scale`, rounded down, and whether that is exact. What does not
    /// fit is cut to the ends of `i128`, which no column of 38 digits reaches.
    pub(crate) fn at_scale(self, scale: i32) -> (i128, bool) {
        let shift = scale.saturating_sub(self.scale);
        let power = 10_i128.checked_pow(shift.unsigned_abs());
        let beyond = if self.digits < 0 { i128::MIN } else { i128::MAX };
        match power {
            Some(power) if shift >= 0 => {
                self.digits.checked_mul(power).map_or((beyond, false), |digits| (digits, true))
            }
            Some(power) => (self.digits.div_euclid(power), self.digits.rem_euclid(power) == 0),
            None if self.digits == 0 => (0, true),
            None if shift >= 0 => (beyond, false),
            None => (if self.digits < 0 { -1 } else { 0 }, false),
        }
    }

    /// Whether it can be written with at most 38 digits on either side of the point.
    pub(crate) fn is_plain(self) -> bool {
        let most = i32::try_from(DIGITS).unwrap_or(i32::MAX);
        self.scale <= most && self.order() < most
    }

    fn significant(self) -> u32 {
        self.digits.unsigned_abs().checked_ilog10().map_or(0, |log| log + 1)
    }

    /// The power of ten of the first digit.
    fn order(self) -> i32 {
        i32::try_from(self.significant()).unwrap_or(i32::MAX) - 1 - self.scale
    }
}

fn exponent(text: &[u8]) -> Option<i32> {
    let unsigned = text.strip_prefix(b"-").or_else(|| text.strip_prefix(b"+")).unwrap_or(text);
    if unsigned.is_empty() || unsigned.len() > 4 || !unsigned.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let value: i32 = str::from_utf8(unsigned).ok()?.parse().ok()?;
    Some(if text.starts_with(b"-") { -value } else { value })
}

impl Ord for Number {
    fn cmp(&self, other: &Self) -> Ordering {
        let signs = self.digits.signum().cmp(&other.digits.signum());
        if signs.is_ne() || self.digits == 0 {
            return signs;
        }
        let sizes = self.order().cmp(&other.order()).then_with(|| {
            // The first digits stand for the same power of ten; with as many digits, the rest can be compared.
            let (ours, theirs) = (self.significant(), other.significant());
            let longer = ours.max(theirs);
            let stretched = |number: &Self, digits| number.digits.unsigned_abs() * 10_u128.pow(longer - digits);
            stretched(self, ours).cmp(&stretched(other, theirs))
        });
        if self.digits < 0 { sizes.reverse() } else { sizes }
    }
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl From<i64> for Number {
    fn from(value: i64) -> Self {
        i128::from(value).into()
    }
}

impl From<i32> for Number {
    fn from(value: i32) -> Self {
        i128::from(value).into()
    }
}

impl From<i128> for Number {
    /// Values of more than 38 digits, of which there are few, are cut to 38.
    fn from(value: i128) -> Self {
        let most = 10_i128.pow(DIGITS) - 1;
        let (mut digits, mut scale) = (value.clamp(-most, most), 0);
        while digits != 0 && digits % 10 == 0 {
            digits /= 10;
            scale -= 1;
        }
        Self { digits, scale }
    }
}

impl FromStr for Number {
    type Err = RuleError;

    fn from_str(text: &str) -> Result<Self, RuleError> {
        Self::read(text.as_bytes()).ok_or_else(|| {
            RuleError::new("a number is digits with at most one point, 38 of them at most, such as `-12.50`")
        })
    }
}

/// Plain decimal digits, without an exponent.
impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut digits = self.digits.unsigned_abs().to_string();
        if let Ok(zeros) = usize::try_from(-i64::from(self.scale)) {
            digits.extend(std::iter::repeat_n('0', zeros));
        } else if let Ok(scale) = usize::try_from(self.scale) {
            let missing = (scale + 1).saturating_sub(digits.len());
            digits.insert_str(0, &"0".repeat(missing));
            digits.insert(digits.len() - scale, '.');
        }
        f.pad_integral(self.digits >= 0, "", &digits)
    }
}

/// Shows no digits: the number may be somebody's.
impl fmt::Debug for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Number(…)")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn number(text: &str) -> Number {
        text.parse().unwrap()
    }

    #[test]
    fn numbers_are_read_whatever_their_spelling() {
        for (text, plain) in [
            ("0", "0"),
            ("-0.00", "0"),
            ("+007", "7"),
            ("12.50", "12.5"),
            (".5", "0.5"),
            ("5.", "5"),
            ("1200", "1200"),
            ("-1.5e3", "-1500"),
            ("1e-05", "0.00001"),
            ("0.00120", "0.0012"),
            ("99999999999999999999999999999999999999", "99999999999999999999999999999999999999"),
        ] {
            assert_eq!(number(text).to_string(), plain, "{text}");
        }
        for text in ["", "-", ".", "1.2.3", "1,5", "0x1F", "1e", "1e12345", "NaN", "١", "1 2", "--1"] {
            assert!(Number::read(text.as_bytes()).is_none(), "{text}");
        }
        assert!(Number::read("123456789012345678901234567890123456789".as_bytes()).is_none(), "39 digits");
    }

    #[test]
    fn a_number_in_other_units_is_rounded_down() {
        assert_eq!(number("1.5").at_scale(0), (1, false));
        assert_eq!(number("-1.5").at_scale(0), (-2, false));
        assert_eq!(number("-1.5").at_scale(1), (-15, true));
        assert_eq!(number("1.5").at_scale(-2), (0, false));
        assert_eq!(number("1e30").at_scale(20), (i128::MAX, false));
        assert_eq!(number("-1e-90").at_scale(0), (-1, false));
        assert_eq!(number("0").at_scale(90), (0, true));
    }

    #[test]
    fn a_float_counts_as_the_decimal_that_it_is_written_as() {
        assert_eq!(Number::try_from_float(0.1).unwrap(), number("0.1"));
        assert_eq!(Number::try_from_float(-1e20).unwrap(), number("-100000000000000000000"));
        assert!(Number::try_from_float(0.1 + 0.2).is_err());
        assert!(Number::try_from_float(f64::NAN).is_err());
        assert_eq!(number("0.1").to_float(), 0.1);
        assert_eq!(number("-12.5").to_float(), -12.5);
    }

    proptest! {
        #[test]
        fn whatever_is_read_is_written_and_read_as_the_same(text in "[-+]?[0-9]{0,45}[.]?[0-9]{0,45}([eE][-+]?[0-9]{0,5})?") {
            if let Some(read) = Number::read(text.as_bytes()).filter(|number| number.is_plain()) {
                prop_assert_eq!(number(&read.to_string()), read);
                let float: f64 = text.parse().unwrap();
                prop_assert_eq!(read.to_float(), float);
            }
        }

        #[test]
        fn no_text_is_too_much(text in "[-+0-9.eE]{0,80}|.{0,20}") {
            let _ = Number::read(text.as_bytes()).map(|number| (number.at_scale(5), number.cmp(&1.into())));
        }

        #[test]
        fn numbers_are_ordered_as_their_values_are(
            left in (-5000..5000_i128, -3..4_i32), right in (-5000..5000_i128, -3..4_i32),
        ) {
            let made = |(digits, scale): (i128, i32)| number(&format!("{digits}e{}", -scale));
            let value = |(digits, scale): (i128, i32)| digits * 10_i128.pow((3 - scale).unsigned_abs());
            prop_assert_eq!(made(left).cmp(&made(right)), value(left).cmp(&value(right)));
            prop_assert_eq!(made(left) == made(right), value(left) == value(right));
            prop_assert_eq!(number(&made(left).to_string()), made(left));
        }
    }
}
