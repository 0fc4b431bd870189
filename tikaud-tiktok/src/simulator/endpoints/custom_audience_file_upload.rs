//! `POST /dmp/custom_audience/file/upload/`: takes a customer file.

use md5::{Digest, Md5};
use serde_json::{Value, json};

use crate::simulator::calculate_type::CalculateType;
use crate::simulator::context::Context;
use crate::simulator::file_content;
use crate::simulator::form::Form;
use crate::simulator::refusal::{
    FILE_EMPTY, FILE_MISSING, FILE_NAME, FILE_TOO_LARGE, Refusal, SIGNATURE_MISMATCH, UNSUPPORTED_CALCULATE_TYPE,
};

pub(super) fn answer(context: &mut Context<'_>, form: &Form) -> Result<Value, Refusal> {
    let advertiser_id = form.required_text("advertiser_id")?;
    context.check_write(advertiser_id)?;
    let signature = form.required_text("file_signature")?;
    let calculate_type = CalculateType::at_upload(form.required_text("calculate_type")?)
        .ok_or_else(|| Refusal::new(UNSUPPORTED_CALCULATE_TYPE, "calculate_type: Not supported."))?;
    let (name, content) = form.file("file").ok_or_else(|| Refusal::new(FILE_MISSING, "file: The file is missing."))?;
    if !name.ends_with(".csv") && !name.ends_with(".txt") {
        return Err(Refusal::new(FILE_NAME, "file: The name must end in .csv or .txt."));
    }
    if content.is_empty() {
        return Err(Refusal::new(FILE_EMPTY, "file: The file is empty."));
    }
    let limit = context.world.limits.file_bytes;
    if content.len() > limit {
        return Err(Refusal::new(FILE_TOO_LARGE, format!("file: Larger than {limit} bytes.")));
    }
    if !signature.eq_ignore_ascii_case(&const_hex::encode(Md5::digest(content))) {
        return Err(Refusal::new(SIGNATURE_MISMATCH, "file_signature: Not the MD5 of the file."));
    }
    let (identifiers, rows) = file_content::read(content, calculate_type)?;
    context.users = Some(rows);
    let path = context.files.keep(advertiser_id, calculate_type, identifiers, context.now);
    Ok(json!({ "file_path": path }))
}
