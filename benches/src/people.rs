//! Customers as companies have them in their tables: each number is one person, the same everywhere.

use std::fmt::Write;

use fastrand::Rng;

/// The columns that [`Person::write_csv`] writes.
pub const CSV_HEADER: &str = "id,email,phone,country\n";

const FIRST_NAMES: [&str; 16] = [
    "anna", "ben", "chloe", "dmitri", "emma", "felix", "giulia", "hugo", "ines", "jonas", "kenji", "lucia", "maria",
    "noah", "olga", "priya",
];
const DOMAINS: [&str; 8] = [
    "example.com",
    "example.org",
    "mail.example.net",
    "example.co.uk",
    "post.example.de",
    "example.fr",
    "example.com.br",
    "mail.example",
];

/// How numbers are written in one country.
struct NumberingPlan {
    country: &'static str,
    code: &'static str,
    /// What is dialled before a number within the country.
    trunk: &'static str,
    /// What the numbers made here begin with.
    head: &'static str,
    /// Digits that follow the head.
    digits: usize,
}

const fn plan(
    country: &'static str,
    code: &'static str,
    trunk: &'static str,
    head: &'static str,
    digits: usize,
) -> NumberingPlan {
    NumberingPlan { country, code, trunk, head, digits }
}

/// Ten countries, with ranges in which every number is valid.
const PLANS: [NumberingPlan; 10] = [
    plan("US", "1", "", "2125", 6),
    plan("GB", "44", "0", "7400", 6),
    plan("DE", "49", "0", "1512", 7),
    plan("FR", "33", "0", "612", 6),
    plan("ES", "34", "", "612", 6),
    plan("IT", "39", "", "347", 7),
    plan("BR", "55", "", "1198", 7),
    plan("IN", "91", "0", "987", 7),
    plan("JP", "81", "0", "901", 7),
    plan("AU", "61", "0", "412", 6),
];

/// One customer. Two people with different numbers below ten million share neither address nor phone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Person(pub u32);

impl Person {
    /// The e-mail address, some 25 bytes long, as people and systems spell it: one in twenty in upper case, one in twenty
    /// with blanks around it, a fifth with capitals here and there.
    #[must_use]
    pub fn email(self) -> String {
        let mut random = Rng::with_seed(u64::from(self.0));
        let (name, domain) = (FIRST_NAMES[random.usize(..16)], DOMAINS[random.usize(..8)]);
        let lower = format!("{name}.{}@{domain}", self.0);
        match random.u32(..20) {
            0 => lower.to_uppercase(),
            1 => format!(" {lower} "),
            2..6 => format!("{}{}.{}@{domain}", name[..1].to_uppercase(), &name[1..], self.0),
            _ => lower,
        }
    }

    /// The country that the phone number is of: ten of them, in turn.
    #[must_use]
    pub fn country(self) -> &'static str {
        self.plan().country
    }

    /// The phone number: half of them in national form, half in international form, with blanks, hyphens or neither.
    #[must_use]
    pub fn phone(self) -> String {
        let mut random = Rng::with_seed(!u64::from(self.0));
        let (national, separator) = (random.bool(), ["", " ", "-"][random.usize(..3)]);
        self.phone_as(national, separator)
    }

    /// The phone number in national form, in groups of three digits.
    #[must_use]
    pub fn national_phone(self) -> String {
        self.phone_as(true, " ")
    }

    /// The person as a line of CSV, with its end.
    pub fn write_csv(self, out: &mut String) {
        // Writing to a string cannot fail.
        let _ = writeln!(out, "{},{},{},{}", self.0, self.email(), self.phone(), self.country());
    }

    fn plan(self) -> &'static NumberingPlan {
        &PLANS[self.0 as usize % PLANS.len()]
    }

    fn phone_as(self, national: bool, separator: &str) -> String {
        let NumberingPlan { code, trunk, head, digits, .. } = self.plan();
        let subscriber = self.0 as usize / PLANS.len();
        let number = format!("{head}{subscriber:0digits$}");
        let start = if national { (*trunk).to_owned() } else { format!("+{code}{separator}") };
        let groups = number.as_bytes().chunks(3).map(String::from_utf8_lossy);
        format!("{start}{}", groups.collect::<Vec<_>>().join(separator))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use tikaud_core::diff::IdentifierSets;
    use tikaud_core::identifier::{DefaultPhoneParser, Extractor, Field, FieldMapping, PhoneRegion};
    use tikaud_core::segment::{MemberBatch, TextColumn};

    use super::*;

    #[test]
    fn everybody_has_an_address_and_a_number_of_their_own() {
        let people = (0..20_000).map(Person);
        let mut columns: [TextColumn; 3] = Default::default();
        for person in people {
            columns[0].push(Some(&person.email())).unwrap();
            columns[1].push(Some(&person.phone())).unwrap();
            columns[2].push(Some(person.country())).unwrap();
        }
        let mapping = FieldMapping::try_new([
            ("email", Field::Email),
            ("phone", Field::Phone(PhoneRegion::Column("country".into()))),
        ]);
        let extractor = Extractor::new(&mapping.unwrap(), Arc::new(DefaultPhoneParser::try_new().unwrap()));
        let (digests, _) = extractor.extract(&MemberBatch::try_new(columns.into()).unwrap(), 1).unwrap().into_digests();
        let sets = IdentifierSets::from_iter(digests);
        assert_eq!(sets.iter().map(|set| set.len()).collect::<Vec<_>>(), [20_000, 20_000]);
    }

    #[test]
    fn addresses_are_as_long_as_those_of_real_customers() {
        let bytes: usize = (0..10_000).map(|number| Person(500_000 + number).email().len()).sum();
        assert!((24..=27).contains(&(bytes / 10_000)), "{bytes}");
    }
}
