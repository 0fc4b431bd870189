//! Several measurements of one thing: the median, and how far they lie apart.

/// The median of some values, with the least and the most of them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spread {
    /// The least.
    pub least: f64,
    /// The one in the middle; of an even number of values the higher of the two.
    pub median: f64,
    /// The most.
    pub most: f64,
}

impl Spread {
    /// Of these values; all 0 when there is none.
    #[must_use]
    pub fn of(values: impl IntoIterator<Item = f64>) -> Self {
        let mut values: Vec<f64> = values.into_iter().collect();
        values.sort_by(f64::total_cmp);
        let at = |position: usize| values.get(position).copied().unwrap_or_default();
        Self { least: at(0), median: at(values.len() / 2), most: at(values.len().saturating_sub(1)) }
    }

    /// With three decimals, for seconds.
    #[must_use]
    pub fn seconds(&self) -> String {
        format!("{:.3} ({:.3}–{:.3})", self.median, self.least, self.most)
    }

    /// With no decimals.
    #[must_use]
    pub fn whole(&self) -> String {
        format!("{:.0} ({:.0}–{:.0})", self.median, self.least, self.most)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spread_is_the_median_between_the_least_and_the_most() {
        assert_eq!(Spread::of([5.0, 1.0, 2.0]), Spread { least: 1.0, median: 2.0, most: 5.0 });
        assert_eq!(Spread::of([7.0]), Spread { least: 7.0, median: 7.0, most: 7.0 });
        assert_eq!(Spread::of([0.25, 0.5, 0.125]).seconds(), "0.250 (0.125–0.500)");
    }
}
