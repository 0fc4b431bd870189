//! Arrow's strings as a column of text, each byte of them looked at once.
//!
//! Whoever makes an array by Arrow's builders cannot make one of other bytes; a driver may hand out anything. What has been
//! checked already is copied so fast that to look again costs next to nothing.

use arrow_array::{Array, GenericStringArray, OffsetSizeTrait};
use tikaud_core::segment::TextColumn;

use super::text::Refusal;

/// Appends the array's cells.
pub(super) fn append<O: OffsetSizeTrait>(
    column: &mut TextColumn,
    array: &GenericStringArray<O>,
) -> Result<(), Refusal> {
    if append_at_once(column, array) { Ok(()) } else { append_one_by_one(column, array) }
}

/// How long the text of all cells is.
pub(super) fn bytes<O: OffsetSizeTrait>(array: &GenericStringArray<O>) -> usize {
    in_one_piece(array.value_offsets(), array.value_data()).map_or(0, <[u8]>::len)
}

/// Where the bytes of all cells are.
fn in_one_piece<'a, O: OffsetSizeTrait>(offsets: &[O], values: &'a [u8]) -> Option<&'a [u8]> {
    match (offsets.first(), offsets.last()) {
        (Some(first), Some(last)) => values.get(first.to_usize()?..last.to_usize()?),
        _ => Some(&[]),
    }
}

/// Appends all cells at once where their text lies in one piece; else, and for errors, they are to be appended one by one. Text
/// that belongs to a null cell would be part of the next one's.
fn append_at_once<O: OffsetSizeTrait>(column: &mut TextColumn, array: &GenericStringArray<O>) -> bool {
    let offsets = array.value_offsets();
    let text = in_one_piece(offsets, array.value_data()).and_then(|bytes| str::from_utf8(bytes).ok());
    let Some(text) = text else { return false };
    let Some((first, ends)) = offsets.split_first() else { return array.is_empty() };
    // One that is negative, or before the first, is past the end of any text.
    let ends = ends.iter().map(|end| end.as_usize().wrapping_sub(first.as_usize()));
    match array.nulls() {
        None => column.extend_from_values(text, ends).is_ok(),
        Some(nulls) => {
            let is_in_one_piece = offsets.windows(2).zip(nulls).all(|(ends, is_valid)| is_valid || ends[0] == ends[1]);
            let ends = ends.zip(nulls).map(|(end, is_valid)| is_valid.then_some(end));
            is_in_one_piece && column.extend_from_text(text, ends).is_ok()
        }
    }
}

fn append_one_by_one<O: OffsetSizeTrait>(
    column: &mut TextColumn,
    array: &GenericStringArray<O>,
) -> Result<(), Refusal> {
    let (offsets, values) = (array.value_offsets(), array.value_data());
    for (row, ends) in offsets.windows(2).enumerate() {
        if array.is_null(row) {
            column.push(None)?;
            continue;
        }
        let text = in_one_piece(ends, values).and_then(|cell| str::from_utf8(cell).ok());
        column.push(Some(text.ok_or(Refusal::NotUtf8)?))?;
    }
    Ok(())
}
