use super::*;

#[test]
fn a_code_is_read_in_either_case_with_blanks_around_it() {
    for text in ["DE", "de", "dE", " De\t"] {
        assert_eq!(text.parse::<Region>().unwrap().as_str(), "DE", "{text:?}");
        assert_eq!(Region::try_from(text).unwrap().to_string(), "DE");
    }
}

#[test]
fn codes_are_sorted_and_each_is_found_again() {
    assert!(CODES.is_sorted());
    for code in CODES {
        assert_eq!(code.parse::<Region>().unwrap().as_str(), code);
    }
}

#[test]
fn whatever_names_no_country_is_refused_with_what_is_accepted() {
    for text in ["", " ", "UK", "EU", "ZZ", "D", "DEU", "49", "D E", "é", "Germany", "001"] {
        assert_eq!(text.parse::<Region>(), Err(UnknownRegion), "{text:?}");
    }
    insta::assert_snapshot!(UnknownRegion, @"not a country: give the two letters of ISO 3166-1, such as `DE`, `US`, or `GB` for the United Kingdom");
}

#[test]
fn the_serialised_form_is_the_code() {
    let region: Region = serde_json::from_str("\"jp\"").unwrap();
    assert_eq!(serde_json::to_string(&region).unwrap(), "\"JP\"");
    assert_eq!(format!("{region:?}"), "Region(JP)");
    assert!(serde_json::from_str::<Region>("\"Japan\"").is_err());
}

/// A country that the parser knows and we do not could never be given to it.
#[test]
fn every_country_with_a_numbering_plan_has_a_code() {
    let parser = rlibphonenumber::PhoneNumberUtil::new().unwrap();
    let missing: Vec<String> = parser
        .get_supported_regions()
        .map(|region| region.to_string())
        .filter(|code| code.parse::<Region>().is_err())
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
}
