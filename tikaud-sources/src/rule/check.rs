//! What holds of every rule that is used: its values fit together, and it is of bounded size.

use super::condition::{Comparison, Condition};
use super::{Literal, LiteralType, Rule, RuleError};

/// How deeply rules are nested at most.
pub(super) const DEPTH: usize = 32;

/// How many conditions a rule has at most.
const CONDITIONS: usize = 1000;

/// How many values a rule has at most, in all its lists together.
const VALUES: usize = 10_000;

/// How long the text of one value is at most, in bytes; a column's name likewise.
const TEXT: usize = 4096;

/// What is left of the bounds.
struct Left {
    conditions: usize,
    values: usize,
}

pub(super) fn check(rule: &Rule) -> Result<(), RuleError> {
    check_rule(rule, DEPTH, &mut Left { conditions: CONDITIONS, values: VALUES })
}

fn check_rule(rule: &Rule, depth: usize, left: &mut Left) -> Result<(), RuleError> {
    let Some(depth) = depth.checked_sub(1) else {
        return Err(RuleError::new(format!("rules are nested at most {DEPTH} deep")));
    };
    match rule {
        Rule::And(rules) => check_all(rules, "and", depth, left),
        Rule::Or(rules) => check_all(rules, "or", depth, left),
        Rule::Not(rule) => check_rule(rule, depth, left).map_err(|error| error.within("not")),
        Rule::Test { column, condition } => {
            take(&mut left.conditions, 1, || format!("a rule has at most {CONDITIONS} conditions"))?;
            check_column(column).map_err(|error| error.within("column"))?;
            check_condition(condition, left)
        }
    }
}

fn check_all(rules: &[Rule], key: &str, depth: usize, left: &mut Left) -> Result<(), RuleError> {
    if rules.is_empty() {
        return Err(RuleError::new("a list of rules has at least one").within(key));
    }
    for (at, rule) in rules.iter().enumerate() {
        check_rule(rule, depth, left).map_err(|error| error.within(format_args!("[{at}]")).within(key))?;
    }
    Ok(())
}

fn check_column(column: &str) -> Result<(), RuleError> {
    match column {
        "" => Err(RuleError::new("a column has a name")),
        name if name.contains('\0') => Err(RuleError::new("a column's name holds no NUL character")),
        name if name.len() > TEXT => Err(RuleError::new(format!("a column's name has at most {TEXT} bytes"))),
        _ => Ok(()),
    }
}

fn check_condition(condition: &Condition, left: &mut Left) -> Result<(), RuleError> {
    match condition {
        Condition::Compare(comparison, value) => {
            check_value(value, left)?;
            let ordered = !matches!(comparison, Comparison::Is | Comparison::IsNot);
            if ordered { check_ordered(value.literal_type()) } else { Ok(()) }
        }
        Condition::In(values) => {
            let Some(first) = values.first() else { return Err(RuleError::new("`in` has at least one value")) };
            values.iter().enumerate().try_for_each(|(at, value)| {
                let checked = check_value(value, left).and_then(|()| check_same(first, value));
                checked.map_err(|error| error.within(format_args!("[{at}]")).within("in"))
            })
        }
        Condition::Between(low, high) => {
            for value in [low, high] {
                check_value(value, left)?;
            }
            check_same(low, high)?;
            check_ordered(low.literal_type())?;
            let is_reversed = match (low, high) {
                (Literal::Text(low), Literal::Text(high)) => low > high,
                (Literal::Number(low), Literal::Number(high)) => low > high,
                (Literal::Date(low), Literal::Date(high)) => low > high,
                (Literal::Timestamp(low), Literal::Timestamp(high)) => low > high,
                _ => false,
            };
            if is_reversed { Err(RuleError::new("`between` has the lesser value first")) } else { Ok(()) }
        }
        Condition::IsNull => Ok(()),
        Condition::Text { text, .. } if text.is_empty() => Err(RuleError::new("there is no text to look for")),
        Condition::Text { text, .. } => check_value(&Literal::Text(text.clone()), left),
        Condition::Relative(_, span) if !span.is_short_enough() => {
            Err(RuleError::new("a span is at most a hundred years long"))
        }
        Condition::Relative(..) => Ok(()),
    }
}

fn check_value(value: &Literal, left: &mut Left) -> Result<(), RuleError> {
    take(&mut left.values, 1, || {
        format!("a rule has at most {VALUES} values; suppression and other lists are segments")
    })?;
    match value {
        Literal::Text(text) if text.len() > TEXT => Err(RuleError::new(format!("text has at most {TEXT} bytes"))),
        value => value.check(),
    }
}

fn check_same(first: &Literal, value: &Literal) -> Result<(), RuleError> {
    let (expected, found) = (first.literal_type(), value.literal_type());
    if expected == found {
        return Ok(());
    }
    Err(RuleError::new(format!("the values are of one type; the first is {expected}, this one {found}")))
}

fn check_ordered(literal_type: LiteralType) -> Result<(), RuleError> {
    match literal_type {
        LiteralType::Boolean => Err(RuleError::new("booleans have no order; ask whether the column `is` one")),
        _ => Ok(()),
    }
}

fn take(left: &mut usize, taken: usize, message: impl Fn() -> String) -> Result<(), RuleError> {
    *left = left.checked_sub(taken).ok_or_else(|| RuleError::new(message()))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::super::{Span, column};
    use super::*;

    fn refusal(rule: &Rule) -> RuleError {
        rule.check().unwrap_err()
    }

    #[test]
    fn values_fit_together() {
        assert_snapshot!(refusal(&Rule::And(vec![])), @"at `and`: a list of rules has at least one");
        let mixed = Rule::Or(vec![column("a").is(1), column("a").is_in([Literal::from(1), "x".into()])]);
        assert_snapshot!(refusal(&mixed), @"at `or[1].in[1]`: the values are of one type; the first is a number, this one text");
        assert_snapshot!(refusal(&!column("a").between(2, 1)), @"at `not`: `between` has the lesser value first");
        assert_snapshot!(refusal(&column("a").at_least(true)), @"booleans have no order; ask whether the column `is` one");
        assert_snapshot!(refusal(&column("").is(1)), @"at `column`: a column has a name");
        assert_snapshot!(refusal(&column("a").contains("")), @"there is no text to look for");
        assert_snapshot!(refusal(&column("a").is("a\0")), @"text holds no NUL character: databases have none");
        assert_snapshot!(refusal(&column("a").within_last(Span::Days(40_000))), @"a span is at most a hundred years long");
        assert_snapshot!(refusal(&column("a").is_in(Vec::<i32>::new())), @"`in` has at least one value");
    }

    #[test]
    fn depth_and_size_are_bounded() {
        let nested = |depth: usize| (1..depth).fold(column("a").is(1), |rule, _| !rule);
        assert!(nested(DEPTH).check().is_ok());
        assert!(refusal(&nested(DEPTH + 1)).to_string().ends_with("rules are nested at most 32 deep"));
        let many = |conditions| Rule::Or(vec![column("a").is(1); conditions]);
        assert!(many(CONDITIONS).check().is_ok());
        assert!(many(CONDITIONS + 1).check().is_err());
        assert!(column("a").is_in(vec![1; VALUES]).check().is_ok());
        assert!(column("a").is_in(vec![1; VALUES + 1]).check().is_err());
        assert!(column("a").is("x".repeat(TEXT + 1)).check().is_err());
    }
}
