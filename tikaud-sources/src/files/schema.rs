//! What a segment of files is read from, for the next run to compare.

use tikaud_core::segment::{SchemaColumn, SegmentError, SegmentSchema};

use super::reading::Stop;
use super::source::Sources;
use crate::error::configuration;

impl Sources {
    /// The columns that every file has, in the first file's order, with their types where the formats have types, and what
    /// decides which rows are members.
    pub(super) fn schema(&self) -> Result<SegmentSchema, SegmentError> {
        let mut common: Option<Vec<SchemaColumn>> = None;
        for source in self.resolve()? {
            let found = source.header(&source.open(&Stop::default())?)?.schema();
            match &mut common {
                None => common = Some(found),
                Some(common) => common.retain_mut(|column| {
                    let same = found.iter().find(|same| same.name == column.name);
                    if let Some(SchemaColumn { data_type: Some(data_type), .. }) = same {
                        add_type(&mut column.data_type, data_type);
                    }
                    same.is_some()
                }),
            }
        }
        let mut schema = SegmentSchema { columns: common.unwrap_or_default(), ..SegmentSchema::default() };
        if let Some(rule) = &self.rule {
            let json = serde_json::to_vec(rule);
            schema.define("rule", json.map_err(|_| configuration("the segment's rule cannot be written down"))?);
        }
        if !self.consents.is_empty() {
            schema.define("consent column", self.consents.join("\n"));
        }
        Ok(schema)
    }
}

/// Files may have different types for a column: all are named, in the order of their names.
fn add_type(known: &mut Option<String>, data_type: &str) {
    const BETWEEN: &str = " or ";
    let mut types: Vec<&str> = known.iter().flat_map(|known| known.split(BETWEEN)).collect();
    if !types.contains(&data_type) {
        types.push(data_type);
        types.sort_unstable();
        *known = Some(types.join(BETWEEN));
    }
}
