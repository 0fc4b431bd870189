//! Which driver, and where it is.

use std::ffi::OsString;
use std::fmt;
use std::path::{Path, PathBuf};

use adbc_core::LOAD_FLAG_DEFAULT;
use adbc_core::error::Error;
use adbc_core::options::AdbcVersion;
use adbc_driver_manager::ManagedDriver;

/// An [ADBC](https://arrow.apache.org/adbc/) driver: a library that speaks to one kind of database and answers in Arrow.
///
/// ```
/// use tikaud_sources::AdbcDriver;
///
/// // Found by its manifest `snowflake.toml`, or as a library of the system.
/// let snowflake = AdbcDriver::named("snowflake");
/// // A library, or a manifest, at this path.
/// let sqlite = AdbcDriver::path("/opt/drivers/libadbc_driver_sqlite.so");
/// let duckdb = AdbcDriver::path("/opt/duckdb/libduckdb.so").entrypoint("duckdb_adbc_init");
/// ```
#[derive(Clone, PartialEq, Eq)]
#[must_use = "a driver does nothing until a segment reads over it"]
pub struct AdbcDriver {
    name: OsString,
    entrypoint: Option<String>,
    directories: Vec<PathBuf>,
}

impl AdbcDriver {
    /// The driver of this name. Its [manifest](https://arrow.apache.org/adbc/current/format/driver_manifests.html),
    /// `<name>.toml`, is looked for in the directories of [`search_in`](Self::search_in), those that the variable
    /// `ADBC_DRIVER_PATH` names, the user's and the system's; then a library of this name where the system has its own.
    pub fn named(name: impl Into<String>) -> Self {
        Self { name: name.into().into(), entrypoint: None, directories: Vec::new() }
    }

    /// The driver's library, or its manifest when the path ends in `.toml`.
    pub fn path(path: impl AsRef<Path>) -> Self {
        let path = path.as_ref();
        // A name without a directory would be looked for elsewhere.
        let name = if path.components().count() == 1 { Path::new(".").join(path) } else { path.to_owned() };
        Self { name: name.into(), entrypoint: None, directories: Vec::new() }
    }

    /// The function that the driver begins with. By default the manifest's, else the one that the driver's name tells;
    /// DuckDB's `duckdb_adbc_init` is known.
    pub fn entrypoint(mut self, function: impl Into<String>) -> Self {
        self.entrypoint = Some(function.into());
        self
    }

    /// Looks for manifests in this directory, too, and first.
    pub fn search_in(mut self, directory: impl Into<PathBuf>) -> Self {
        self.directories.push(directory.into());
        self
    }

    pub(super) fn load(&self) -> Result<ManagedDriver, Error> {
        let is_duckdb = Path::new(&self.name).file_stem().is_some_and(|stem| stem.to_string_lossy().contains("duckdb"));
        let is_manifest = Path::new(&self.name).extension().is_none_or(|extension| extension == "toml");
        let usual = (is_duckdb && !is_manifest).then_some("duckdb_adbc_init");
        let entrypoint = self.entrypoint.as_deref().or(usual).map(str::as_bytes);
        let directories = (!self.directories.is_empty()).then(|| self.directories.clone());
        ManagedDriver::load_from_name(&self.name, entrypoint, AdbcVersion::V110, LOAD_FLAG_DEFAULT, directories)
    }
}

/// Its name, or the path to it.
impl fmt::Display for AdbcDriver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.name.display().fmt(f)
    }
}

impl fmt::Debug for AdbcDriver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AdbcDriver")
            .field("name", &self.name)
            .field("entrypoint", &self.entrypoint)
            .field("directories", &self.directories)
            .finish()
    }
}
