//! A driver, and the options by which it finds the database and is let in.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, OnceLock};

use adbc_core::constants::{ADBC_OPTION_PASSWORD, ADBC_OPTION_URI, ADBC_OPTION_USERNAME};
use adbc_core::error::Error;
use adbc_core::options::OptionValue;
use adbc_driver_manager::ManagedDriver;

use super::dialect::AdbcDialect;
use super::driver::AdbcDriver;

/// How a database is reached: a driver, and the options that it takes. Which there are, the driver's documentation says.
///
/// Whatever an option's value is, it is never printed: a URI may hold a password, and nobody can tell by its name which
/// option of which driver does.
///
/// ```
/// use tikaud_sources::{AdbcConnection, AdbcDriver};
///
/// let connection = AdbcConnection::new(AdbcDriver::named("snowflake"))
///     .username("TIKAUD")
///     .password("correct horse")
///     .option("adbc.snowflake.sql.account", "acme-eu")
///     .option("adbc.snowflake.sql.warehouse", "SMALL");
/// assert!(!format!("{connection:?}").contains("horse"));
/// ```
#[derive(Clone)]
#[must_use = "a connection does nothing until a segment reads over it"]
pub struct AdbcConnection {
    driver: AdbcDriver,
    database: Vec<AdbcOption>,
    connection: Vec<AdbcOption>,
    statement: Vec<AdbcOption>,
    dialect: Option<AdbcDialect>,
    /// Loaded by the first read, and kept as long as any clone is.
    loaded: Arc<OnceLock<ManagedDriver>>,
}

/// An option's name and value.
type AdbcOption = (String, String);

impl AdbcConnection {
    /// A connection by this driver, without options yet. The driver is loaded by the first read.
    pub fn new(driver: AdbcDriver) -> Self {
        Self {
            driver,
            database: Vec::new(),
            connection: Vec::new(),
            statement: Vec::new(),
            dialect: None,
            loaded: Arc::default(),
        }
    }

    /// Whether both lead to the same database in the same way.
    pub(crate) fn is_same_as(&self, other: &Self) -> bool {
        let options = |connection: &Self| {
            let all = [&connection.database, &connection.connection, &connection.statement];
            all.map(|options| options.iter().cloned().collect::<BTreeMap<_, _>>())
        };
        (&self.driver, self.dialect, options(self)) == (&other.driver, other.dialect, options(other))
    }

    /// Where the database is: the option `uri`, which most drivers have.
    pub fn uri(self, uri: impl Into<String>) -> Self {
        self.option(ADBC_OPTION_URI, uri)
    }

    /// Who asks: the option `username`.
    pub fn username(self, name: impl Into<String>) -> Self {
        self.option(ADBC_OPTION_USERNAME, name)
    }

    /// Their password: the option `password`.
    pub fn password(self, password: impl Into<String>) -> Self {
        self.option(ADBC_OPTION_PASSWORD, password)
    }

    /// An option of the database: of where it is, and who asks. A later one of the same name counts.
    pub fn option(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        set(&mut self.database, key.into(), value.into());
        self
    }

    /// An option of each connection to it, such as `adbc.connection.catalog` and `adbc.connection.db_schema`.
    pub fn connection_option(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        set(&mut self.connection, key.into(), value.into());
        self
    }

    /// An option of each statement, such as how large the driver's batches are.
    pub fn statement_option(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        set(&mut self.statement, key.into(), value.into());
        self
    }

    /// In which SQL statements are written. By default the driver says what it speaks to; one that stands for several kinds
    /// of database, as Flight SQL does, cannot.
    pub fn dialect(mut self, dialect: AdbcDialect) -> Self {
        self.dialect = Some(dialect);
        self
    }

    pub(crate) fn driver(&self) -> &AdbcDriver {
        &self.driver
    }

    pub(crate) fn told_dialect(&self) -> Option<AdbcDialect> {
        self.dialect
    }

    pub(crate) fn load(&self) -> Result<ManagedDriver, Error> {
        if let Some(driver) = self.loaded.get() {
            return Ok(driver.clone());
        }
        let driver = self.driver.load()?;
        // Of two that load it at once, one is kept: it is the same library.
        Ok(self.loaded.get_or_init(|| driver).clone())
    }

    /// The database's options, with what a read adds to them unless they are set already.
    pub(crate) fn database_options(&self, added: &[(&str, &str)]) -> Vec<(String, OptionValue)> {
        let added = added.iter().filter(|(key, _)| self.database_option(key).is_none());
        let added = added.map(|(key, value)| ((*key).to_owned(), OptionValue::from(*value)));
        added.chain(values(&self.database)).collect()
    }

    pub(crate) fn database_option(&self, key: &str) -> Option<&str> {
        self.database.iter().find(|(known, _)| known == key).map(|(_, value)| value.as_str())
    }

    pub(crate) fn connection_options(&self) -> impl Iterator<Item = (String, OptionValue)> {
        values(&self.connection)
    }

    pub(crate) fn statement_options(&self) -> &[AdbcOption] {
        &self.statement
    }

    /// The name of the option that a driver's message is about.
    pub(crate) fn option_named_in(&self, message: &str) -> Option<&str> {
        let all = self.database.iter().chain(&self.connection).chain(&self.statement);
        let named = all.map(|(key, _)| key.as_str()).filter(|key| message.contains(key));
        named.max_by_key(|key| key.len())
    }
}

fn set(options: &mut Vec<AdbcOption>, key: String, value: String) {
    options.retain(|(known, _)| *known != key);
    options.push((key, value));
}

fn values(options: &[AdbcOption]) -> impl Iterator<Item = (String, OptionValue)> {
    options.iter().map(|(key, value)| (key.clone(), OptionValue::from(value.as_str())))
}

/// Shows which options there are, and no value.
impl fmt::Debug for AdbcConnection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let keys = |options: &[AdbcOption]| options.iter().map(|(key, _)| key.clone()).collect::<Vec<_>>();
        f.debug_struct("AdbcConnection")
            .field("driver", &self.driver)
            .field("database", &keys(&self.database))
            .field("connection", &keys(&self.connection))
            .field("statement", &keys(&self.statement))
            .field("dialect", &self.dialect)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_with_the_same_options_are_the_same() {
        let one = || AdbcConnection::new(AdbcDriver::named("postgresql")).uri("a").option("b", "c");
        assert!(one().is_same_as(&AdbcConnection::new(AdbcDriver::named("postgresql")).option("b", "c").uri("a")));
        for other in [one().uri("b"), one().password("p"), one().dialect(AdbcDialect::Redshift)] {
            assert!(!one().is_same_as(&other), "{other:?}");
        }
    }

    #[test]
    fn no_option_shows_its_value() {
        let connection = AdbcConnection::new(AdbcDriver::named("postgresql"))
            .uri("postgresql://tikaud:canary@db/shop")
            .username("canary")
            .password("canary")
            .connection_option("adbc.connection.catalog", "canary")
            .statement_option("adbc.hint", "canary");
        let shown = format!("{connection:?}{connection:#?}");
        assert!(!shown.contains("canary"), "{shown}");
        assert!(shown.contains(r#"["uri", "username", "password"]"#), "{shown}");
    }

    #[test]
    fn a_later_option_counts_and_what_is_set_is_not_added() {
        let connection = AdbcConnection::new(AdbcDriver::named("x")).option("a", "1").option("a", "2");
        let options = connection.database_options(&[("a", "3"), ("b", "4")]);
        let shown: Vec<_> = options.iter().map(|(key, value)| format!("{key}={value:?}")).collect();
        assert_eq!(shown, [r#"b=String("4")"#, r#"a=String("2")"#]);
    }
}
