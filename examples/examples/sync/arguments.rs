//! The command line.

use std::env;
use std::path::PathBuf;
use std::time::Duration;

use clap::{ArgGroup, Parser};
use tikaud_core::identifier::{Field, FieldMapping, PhoneRegion};
use tikaud_core::plan::Guard;
use tikaud_core::state::PlanId;

use crate::exit::Failed;

/// Where the access token is read from: a command line can be seen by every user of the machine.
const TOKEN: &str = "TIKTOK_ACCESS_TOKEN";

/// Makes an audience in TikTok Ads equal to a segment in files, and keeps it so.
///
/// The access token is read from the environment variable TIKTOK_ACCESS_TOKEN. Run it again, with the same --state,
/// whenever the files have changed: it sends what has changed. At least one of the --email and --phone options is needed.
///
/// The report goes to the standard output, everything else to the standard error.
///
/// Exit codes:
///   0  done: the audience equals the segment
///   1  the state cannot be used: it is damaged, or another process is using it
///   2  a mistake in the options, the files or the settings
///   3  blocked by a guard: nothing was sent
///   4  TikTok refused: somebody has to act on what the message says
///   5  not finished: run it again later, and it carries on
#[derive(Debug, Parser)]
#[command(name = "sync", verbatim_doc_comment)]
#[command(override_usage = "sync --segment <FILE>... --email <COLUMN> --state <DIR> --advertiser <ID> [OPTIONS]")]
#[command(group = ArgGroup::new("email-column").args(["email", "email_sha256", "email_sha512"]))]
#[command(group = ArgGroup::new("phone-column").args(["phone", "phone_e164", "phone_sha256"]))]
#[command(group = ArgGroup::new("identifiers")
    .args(["email", "email_sha256", "email_sha512", "phone", "phone_e164", "phone_sha256"]).multiple(true).required(true))]
pub(crate) struct Arguments {
    /// Files with the members of the segment: CSV, JSON lines or Parquet; several, or patterns such as 'buyers-*.csv'.
    #[arg(long, value_name = "FILE", required = true, num_args = 1..)]
    pub(crate) segment: Vec<PathBuf>,

    /// What separates the fields of CSV files, such as ';' [default: a comma, and a tab in .tsv files].
    #[arg(long, value_name = "CHARACTER")]
    pub(crate) delimiter: Option<char>,

    /// The column with e-mail addresses.
    #[arg(long, value_name = "COLUMN")]
    email: Option<String>,
    /// The column with e-mail addresses hashed with SHA-256.
    #[arg(long, value_name = "COLUMN")]
    email_sha256: Option<String>,
    /// The column with e-mail addresses hashed with SHA-512.
    #[arg(long, value_name = "COLUMN")]
    email_sha512: Option<String>,

    /// The column with phone numbers.
    #[arg(long, value_name = "COLUMN")]
    phone: Option<String>,
    /// The column with phone numbers that are all in E.164 (+ and 7 to 15 digits); they are taken at their word.
    #[arg(long, value_name = "COLUMN")]
    phone_e164: Option<String>,
    /// The column with phone numbers (E.164 with +) hashed with SHA-256.
    #[arg(long, value_name = "COLUMN")]
    phone_sha256: Option<String>,
    /// The country of numbers without a country code, such as DE.
    #[arg(long, value_name = "CC", requires = "phone", conflicts_with = "phone_region_column")]
    phone_region: Option<String>,
    /// The column with the country of each row's number.
    #[arg(long, value_name = "COLUMN", requires = "phone")]
    phone_region_column: Option<String>,

    /// The audience's name [default: the first file's name].
    #[arg(long)]
    pub(crate) name: Option<String>,
    /// The audience's description.
    #[arg(long)]
    pub(crate) description: Option<String>,

    /// The directory that remembers what is in the audience: one for each audience, kept for as long as the audience.
    #[arg(long, value_name = "DIR")]
    pub(crate) state: PathBuf,
    /// The id of the ad account, as Ads Manager shows it in its address line as `aadvid`.
    #[arg(long, value_name = "ID")]
    pub(crate) advertiser: String,
    /// Where TikTok's API is.
    #[arg(long, value_name = "URL", default_value = "https://business-api.tiktok.com")]
    pub(crate) endpoint: String,
    /// Requests a second that the app's level at TikTok permits.
    #[arg(long, value_name = "N", default_value_t = 10.0)]
    pub(crate) requests_per_second: f64,
    /// Identifiers in one request at most; TikTok takes up to 10,000.
    #[arg(long, value_name = "N", default_value_t = 5_000)]
    pub(crate) users_per_request: usize,
    /// Seconds that a request which fails may spend waiting to be sent again, before the run ends unfinished.
    #[arg(long, value_name = "SECONDS", default_value_t = 900)]
    give_up_after: u64,

    /// Say what would be done; send nothing and write nothing. Needs no access token.
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Keep the plan in the state, to be looked at and applied later, and send nothing. It prints the plan with its id.
    #[arg(long, conflicts_with = "dry_run")]
    pub(crate) prepare: bool,
    /// Carry out exactly the plan of this id, which --prepare has kept, or refuse it as stale.
    #[arg(long, value_name = "PLAN", conflicts_with_all = ["dry_run", "prepare"])]
    pub(crate) apply: Option<PlanId>,
    /// Print JSON: the report (`tikaud_core::activation::Report` describes its fields), with --dry-run the plan
    /// (`tikaud_core::plan::Plan`), and in place of an error message {"outcome": "failed", "error": ["what failed",
    /// "why", ...]}.
    #[arg(long)]
    pub(crate) json: bool,
    /// Go on although this guard has something against it, for this once: minimum-size, empty-segment, too-many-removals,
    /// ... A run that is blocked says which.
    #[arg(long, value_name = "GUARD")]
    pub(crate) allow: Vec<Guard>,
    /// When the audience is no longer at TikTok (deleted, expired), create a new one and put the whole segment into it.
    #[arg(long)]
    pub(crate) create_anew: bool,
}

impl Arguments {
    /// Which columns are sent, and as what.
    pub(crate) fn mapping(&self) -> Result<FieldMapping, Failed> {
        let region = match (&self.phone_region, &self.phone_region_column) {
            (Some(code), _) => PhoneRegion::Fixed(
                code.parse().map_err(|error| Failed::Usage(format!("--phone-region {code}: {error}")))?,
            ),
            (None, Some(column)) => PhoneRegion::Column(column.clone()),
            (None, None) => PhoneRegion::International,
        };
        let fields = [
            (&self.email, Field::Email),
            (&self.email_sha256, Field::EmailSha256),
            (&self.email_sha512, Field::EmailSha512),
            (&self.phone, Field::Phone(region)),
            (&self.phone_e164, Field::PhoneE164),
            (&self.phone_sha256, Field::PhoneSha256),
        ];
        let mapped = fields.into_iter().filter_map(|(column, field)| Some((column.clone()?, field)));
        Ok(FieldMapping::try_new(mapped)?)
    }

    /// How long a request may wait for its retries.
    pub(crate) fn give_up_after(&self) -> Duration {
        Duration::from_secs(self.give_up_after)
    }

    /// The access token. A dry run needs none: it sends nothing.
    pub(crate) fn token(&self) -> Result<String, Failed> {
        match env::var(TOKEN) {
            Ok(token) if !token.trim().is_empty() => Ok(token.trim().to_owned()),
            _ if self.dry_run => Ok("none".to_owned()),
            _ => Err(Failed::Usage(format!(
                "there is no access token: set the environment variable {TOKEN} to the one that TikTok gave for this ad \
                 account"
            ))),
        }
    }
}
