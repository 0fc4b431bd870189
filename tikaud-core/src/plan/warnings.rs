//! What the user should know before a plan is carried out.

use super::{GuardVerdict, PlanInput, SuppressionTally, Verdict, counted};
use crate::destination::DescriptionSupport;
use crate::identifier::{ColumnTally, IdentifierKind, RejectReason};

pub(super) fn collect(input: &PlanInput<'_>, guards: &[GuardVerdict]) -> Vec<String> {
    let warned = guards.iter().filter(|verdict| verdict.verdict == Verdict::Warned);
    let mut warnings: Vec<String> = warned.map(|verdict| verdict.reason.clone()).collect();
    warnings.extend(name(input));
    warnings.extend(renamed(input));
    warnings.extend(description(input));
    warnings.extend(undocumented_kinds(input));
    warnings.extend(hashed_and_plain(input));
    warnings.extend(non_ascii_domains(input));
    warnings.extend(suppressed_in_part(input));
    warnings.extend(not_suppressed(input));
    warnings
}

/// A suppression segment works by identifiers: who is on it with an e-mail address is found by a phone number all the same.
fn suppressed_in_part(input: &PlanInput<'_>) -> Vec<String> {
    let warning = |suppression: &SuppressionTally| {
        let has_kind = |kind| suppression.tally.columns.iter().any(|column| column.kind == kind);
        let missing: Vec<&str> =
            input.mapping.kinds().into_iter().filter(|kind| !has_kind(*kind)).map(IdentifierKind::as_str).collect();
        (!missing.is_empty()).then(|| {
            format!(
                "the suppression segment `{}` has no {}: whoever is on it stays in the audience by that; give it every \
                 column that is mapped",
                suppression.segment,
                missing.join(", ")
            )
        })
    };
    input.suppressions.iter().filter_map(warning).collect()
}

/// Values that did not become identifiers keep nobody out.
fn not_suppressed(input: &PlanInput<'_>) -> Vec<String> {
    let warning = |suppression: &SuppressionTally| {
        let unusable = |column: &ColumnTally| {
            let empty = column.rejects.get(&RejectReason::Empty).map_or(0, |rejects| rejects.count);
            column.rejected() - empty
        };
        let count: u64 = suppression.tally.columns.iter().map(unusable).sum();
        (count > 0).then(|| {
            format!(
                "the suppression segment `{}` has {} that cannot be read, and so {} nobody out; the plan's tally says why",
                suppression.segment,
                counted(count, "value"),
                if count == 1 { "keeps" } else { "keep" }
            )
        })
    };
    input.suppressions.iter().filter_map(warning).collect()
}

fn name(input: &PlanInput<'_>) -> Option<String> {
    let shown = input.capabilities.shown_name(&input.spec.name)?;
    let (length, limit) = (input.spec.name.chars().count(), input.capabilities.name_limit?.characters);
    Some(format!(
        "the audience's name has {length} characters, of which the destination keeps no more than {limit}: it will show \
         `{shown}`; choose a shorter name"
    ))
}

fn renamed(input: &PlanInput<'_>) -> Option<String> {
    let audience = input.generation.audience.as_ref().filter(|audience| audience.name != input.spec.name)?;
    let (new, old) = (&input.spec.name, &audience.name);
    Some(match input.capabilities.renames {
        true => format!("the activation is now called `{new}`, and the audience, which was called `{old}`, is renamed"),
        false => {
            format!("the activation is now called `{new}`; the destination has the audience keep the name `{old}`")
        }
    })
}

fn description(input: &PlanInput<'_>) -> Option<String> {
    input.spec.description.as_ref().filter(|_| input.generation.audience.is_none())?;
    match input.capabilities.description {
        DescriptionSupport::Supported => None,
        DescriptionSupport::Undocumented => Some(
            "the destination's documents name no description of an audience: it is sent all the same, and kept in the \
             state"
                .to_owned(),
        ),
        DescriptionSupport::Unsupported => {
            Some("the destination has no description of an audience: it is kept in the state only".to_owned())
        }
    }
}

fn undocumented_kinds(input: &PlanInput<'_>) -> Vec<String> {
    let mapped = input.mapping.kinds();
    let undocumented = input.capabilities.undocumented_kinds.iter().filter(|(kind, _)| mapped.contains(kind));
    undocumented
        .map(|(kind, warning)| format!("column `{}`: {warning}", input.mapping.columns_of(*kind).join("`, `")))
        .collect()
}

/// Digests in a plain column, or plain values in a hashed one, mean that the mapping says the wrong thing.
fn hashed_and_plain(input: &PlanInput<'_>) -> Vec<String> {
    let mut warnings = Vec::new();
    for column in &input.tally.columns {
        let count = |reason| column.rejects.get(&reason).map_or(0, |rejects| rejects.count);
        let hashed = count(RejectReason::LooksHashed);
        if hashed > 0 {
            warnings.push(format!(
                "column `{}`, mapped as plain: {} left out as hashed already; map the column as hashed if all are",
                column.column,
                counted(hashed, "value")
            ));
        }
        let plain = count(RejectReason::NotADigest) + count(RejectReason::WrongDigestLength);
        if plain > 0 {
            warnings.push(format!(
                "column `{}`, mapped as {}: {} left out as no such digest; check how the column is hashed, or map it \
                 as plain",
                column.column,
                column.kind,
                counted(plain, "value")
            ));
        }
    }
    warnings
}

fn non_ascii_domains(input: &PlanInput<'_>) -> Vec<String> {
    let columns = input
        .tally
        .columns
        .iter()
        .filter(|column| column.non_ascii_domains > 0 && column.kind == IdentifierKind::EmailSha256);
    columns
        .map(|column| {
            format!(
                "column `{}`: {} with a domain that is not ASCII, hashed as typed; the platform may know another form",
                column.column,
                counted(column.non_ascii_domains, "value")
            )
        })
        .collect()
}
