//! The name of a segment audience, as TikTok shows it.

/// Characters of a name that are kept as they are; of a longer one, `KEPT_CHARACTERS` are, followed by `...`.
const NAME_CHARACTERS: usize = 70;
const KEPT_CHARACTERS: usize = 67;

pub(super) fn shown_name(name: &str) -> String {
    if name.chars().count() <= NAME_CHARACTERS {
        return name.to_owned();
    }
    name.chars().take(KEPT_CHARACTERS).chain("...".chars()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_of_more_than_70_characters_is_cut_to_67_and_dots() {
        assert_eq!(shown_name(&"é".repeat(70)), "é".repeat(70));
        assert_eq!(shown_name(&"é".repeat(71)), format!("{}...", "é".repeat(67)));
    }
}
