//! Where the server is, and who asks.

use std::fmt;
use std::net::IpAddr;
use std::time::Duration;

use tikaud_core::segment::SegmentError;
use tokio_postgres::Config;
use tokio_postgres::config::{Host, SslMode};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::tls::PostgresTls;
use crate::error::configuration;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(30);

/// A server that is gone without a word is noticed after some two minutes of silence, in place of two hours.
const KEEPALIVE_IDLE: Duration = Duration::from_secs(60);
const KEEPALIVE_INTERVAL: Duration = Duration::from_secs(15);
const KEEPALIVE_RETRIES: u32 = 4;

const URL_FORM: &str = "postgresql://user:password@host:5432/database?sslmode=verify-full, with every sign in user and \
                        password that is no letter or digit percent-encoded";

/// Where a PostgreSQL server is, and who asks. Nothing is read from the environment, and no password is ever printed.
///
/// ```
/// use tikaud_sources::PostgresConnection;
///
/// let typed = PostgresConnection::new("db.example.com", "shop", "tikaud").password("correct horse");
/// let by_url = PostgresConnection::from_url("postgresql://tikaud:correct%20horse@db.example.com/shop")?;
/// assert_eq!(format!("{typed:?}"), format!("{by_url:?}"));
/// assert!(!format!("{typed:?}").contains("horse"));
/// # Ok::<(), tikaud_core::segment::SegmentError>(())
/// ```
#[derive(Clone)]
#[must_use = "a connection does nothing until a segment reads over it"]
pub struct PostgresConnection {
    config: Config,
    tls: Option<PostgresTls>,
    authorities: Option<Vec<u8>>,
    connect_timeout: Duration,
}

impl PostgresConnection {
    /// The server at this host, port 5432. A host that begins with `/` is the directory of the server's Unix socket.
    pub fn new(host: impl AsRef<str>, database: impl Into<String>, user: impl Into<String>) -> Self {
        let mut config = Config::new();
        config.host(host.as_ref()).dbname(database).user(user);
        Self { config, tls: None, authorities: None, connect_timeout: CONNECT_TIMEOUT }
    }

    /// The server that a [URL](https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING-URIS) names.
    ///
    /// Its parameters are those of the driver,
    /// [`tokio_postgres::Config`](https://docs.rs/tokio-postgres/0.7.18/tokio_postgres/config/struct.Config.html), with the
    /// `sslmode`s of [`PostgresTls`]. Several hosts, separated by commas, are tried one after the other.
    ///
    /// # Errors
    ///
    /// [`Configuration`](tikaud_core::segment::SegmentErrorKind::Configuration) when it is no such URL, or names no host,
    /// user or database. The error never repeats the URL.
    pub fn from_url(url: &str) -> Result<Self, SegmentError> {
        if !url.starts_with("postgresql://") && !url.starts_with("postgres://") {
            return Err(configuration(format!(
                "the connection's URL does not begin with `postgresql://`; write {URL_FORM}"
            )));
        }
        let (address, query) = url.split_once('?').unwrap_or((url, ""));
        let (mut rest, mut tls) = (Vec::new(), None);
        for parameter in query.split('&').filter(|parameter| !parameter.is_empty()) {
            match parameter.split_once('=') {
                Some(("sslmode", mode)) => tls = Some(PostgresTls::of_sslmode(mode)?),
                Some(("sslrootcert", _)) => {
                    let advice = "give the certificates themselves to `PostgresConnection::root_certificates`";
                    return Err(configuration(format!("`sslrootcert` is not read from a URL; {advice}")));
                }
                _ => rest.push(parameter),
            }
        }
        // The driver's error may repeat a part of what it has misread: of a password with an `@` or `?` in it.
        let config: Config = format!("{address}?{}", rest.join("&"))
            .parse()
            .map_err(|_| configuration(format!("the connection's URL cannot be read; write {URL_FORM}")))?;
        for (missing, what) in [
            (config.get_hosts().is_empty() && config.get_hostaddrs().is_empty(), "host"),
            (config.get_user().is_none_or(str::is_empty), "user"),
            (config.get_dbname().is_none_or(str::is_empty), "database"),
        ] {
            if missing {
                return Err(configuration(format!("the connection's URL names no {what}; write {URL_FORM}")));
            }
        }
        let connect_timeout = config.get_connect_timeout().copied().unwrap_or(CONNECT_TIMEOUT);
        Ok(Self { config, tls, authorities: None, connect_timeout })
    }

    /// The server's port, 5432 by default. A URL has it in itself.
    pub fn port(mut self, port: u16) -> Self {
        self.config.port(port);
        self
    }

    /// The user's password.
    pub fn password(mut self, password: impl AsRef<str>) -> Self {
        self.config.password(password.as_ref());
        self
    }

    /// Whether the way to the server is encrypted; [`PostgresTls`] says what the default is.
    pub fn tls(mut self, tls: PostgresTls) -> Self {
        self.tls = Some(tls);
        self
    }

    /// The authorities that certify the server, as the text of a PEM file, in place of the operating system's.
    pub fn root_certificates(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.authorities = Some(pem.into());
        self
    }

    /// How long the server may take to let us in, by default 30 seconds.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = timeout;
        self
    }

    pub(super) fn timeout(&self) -> Duration {
        self.connect_timeout
    }

    /// What the driver is to know, and what encrypts its connections.
    pub(super) fn driver(&self) -> Result<(Config, MakeRustlsConnect), SegmentError> {
        let (hosts, ports) = (self.config.get_hosts().len().max(1), self.config.get_ports().len());
        if ports > 1 && ports != hosts {
            return Err(configuration(format!(
                "the connection has {ports} ports for {hosts} hosts; name each port once"
            )));
        }
        let tls = self.mode();
        let connector = tls.connector(self.authorities.as_deref())?;
        let mut config = self.config.clone();
        config.ssl_mode(if tls == PostgresTls::Disable { SslMode::Disable } else { SslMode::Require });
        if config.get_application_name().is_none() {
            config.application_name("tikaud");
        }
        if config.get_keepalives_interval().is_none() {
            config.keepalives_interval(KEEPALIVE_INTERVAL).keepalives_retries(KEEPALIVE_RETRIES);
            config.keepalives_idle(config.get_keepalives_idle().min(KEEPALIVE_IDLE));
        }
        Ok((config, connector))
    }

    /// The hosts' names, for errors.
    pub(super) fn hosts(&self) -> Vec<String> {
        let mut names: Vec<String> = self.config.get_hosts().iter().map(host_name).collect();
        if names.is_empty() {
            names = self.config.get_hostaddrs().iter().map(ToString::to_string).collect();
        }
        names
    }

    pub(super) fn user(&self) -> &str {
        self.config.get_user().unwrap_or_default()
    }

    pub(super) fn database(&self) -> &str {
        self.config.get_dbname().unwrap_or_default()
    }

    fn mode(&self) -> PostgresTls {
        let addresses = self.config.get_hostaddrs();
        let is_here = if addresses.is_empty() {
            self.config.get_hosts().iter().all(is_here)
        } else {
            addresses.iter().all(IpAddr::is_loopback)
        };
        self.tls.unwrap_or(if is_here { PostgresTls::Disable } else { PostgresTls::VerifyFull })
    }
}

fn is_here(host: &Host) -> bool {
    match host {
        Host::Tcp(name) => name == "localhost" || name.parse().is_ok_and(|address: IpAddr| address.is_loopback()),
        #[cfg(unix)]
        Host::Unix(_) => true,
    }
}

fn host_name(host: &Host) -> String {
    match host {
        Host::Tcp(name) => name.clone(),
        #[cfg(unix)]
        Host::Unix(path) => path.display().to_string(),
    }
}

/// Where the server is: `db.example.com:5432/shop`.
impl fmt::Display for PostgresConnection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ports = self.config.get_ports();
        for (at, host) in self.hosts().iter().enumerate() {
            let comma = if at == 0 { "" } else { "," };
            let port = ports.get(at).or(ports.first()).unwrap_or(&5432);
            write!(f, "{comma}{host}:{port}")?;
        }
        write!(f, "/{}", self.database())
    }
}

/// Shows no password.
impl fmt::Debug for PostgresConnection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresConnection")
            .field("server", &self.to_string())
            .field("user", &self.user())
            .field("tls", &self.mode())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;

    fn of_url(url: &str) -> PostgresConnection {
        PostgresConnection::from_url(url).unwrap()
    }

    fn refusal(url: &str) -> String {
        let error = PostgresConnection::from_url(url).unwrap_err();
        assert!(std::error::Error::source(&error).is_none());
        assert!(!format!("{error:?}").contains("canary"), "{error:?}");
        error.to_string()
    }

    #[test]
    fn a_server_elsewhere_is_asked_for_tls_and_one_here_is_not() {
        let mode = |host: &str| PostgresConnection::new(host, "d", "u").mode();
        assert_eq!(["localhost", "127.0.0.1", "::1", "/run/postgresql"].map(mode), [PostgresTls::Disable; 4]);
        assert_eq!(["db.example.com", "10.0.0.1", "localhost.example"].map(mode), [PostgresTls::VerifyFull; 3]);
        assert_eq!(of_url("postgres://u@127.0.0.1,db/d").mode(), PostgresTls::VerifyFull);
        assert_eq!(of_url("postgres://u@localhost/d?hostaddr=10.0.0.1").mode(), PostgresTls::VerifyFull);
        assert_eq!(of_url("postgres://u@localhost/d?sslmode=require").mode(), PostgresTls::VerifyFull);
        assert_eq!(of_url("postgres://u@db/d?sslmode=disable").mode(), PostgresTls::Disable);
        assert_eq!(of_url("postgres://u@db/d").tls(PostgresTls::VerifyCa).mode(), PostgresTls::VerifyCa);
    }

    #[test]
    fn what_is_not_said_has_a_default_and_what_is_said_counts() {
        let (config, _) = of_url("postgres://u@localhost/d").driver().unwrap();
        assert_eq!(config.get_application_name(), Some("tikaud"));
        assert_eq!(config.get_keepalives_idle(), KEEPALIVE_IDLE);
        let url = "postgres://u@localhost/d?application_name=shop&keepalives_interval=5&connect_timeout=7";
        let connection = of_url(url);
        let (config, _) = connection.driver().unwrap();
        assert_eq!(config.get_application_name(), Some("shop"));
        assert_eq!(config.get_keepalives_interval(), Some(Duration::from_secs(5)));
        assert_eq!(connection.timeout(), Duration::from_secs(7));
    }

    #[test]
    fn it_is_shown_without_its_password() {
        let connection = of_url("postgresql://u:canary@db.example.com:5433/shop");
        assert_snapshot!(format!("{connection:?}"), @r#"PostgresConnection { server: "db.example.com:5433/shop", user: "u", tls: VerifyFull, .. }"#);
        let socket = PostgresConnection::new("/run/postgresql", "shop", "u").password("canary");
        assert_snapshot!(format!("{socket:?}"), @r#"PostgresConnection { server: "/run/postgresql:5432/shop", user: "u", tls: Disable, .. }"#);
        assert_eq!(of_url("postgres://u@a,b:2/d?port=1,2").to_string().matches(':').count(), 2);
    }

    #[test]
    fn a_url_that_cannot_be_is_refused_and_never_repeated() {
        let form = "postgresql://user:password@host:5432/database?sslmode=verify-full, with every sign in user and \
                    password that is no letter or digit percent-encoded";
        let refusal = |url| refusal(url).replace(form, "URL");
        assert_snapshot!(refusal("host=db password=canary"), @"the connection's URL does not begin with `postgresql://`; write URL");
        assert_snapshot!(refusal("postgres://u:p@canary:x@db/d"), @"the connection's URL cannot be read; write URL");
        assert_snapshot!(refusal("postgres://u:canary@db:port/d"), @"the connection's URL cannot be read; write URL");
        assert_snapshot!(refusal("postgres://db/d"), @"the connection's URL names no user; write URL");
        assert_snapshot!(refusal("postgres://u:canary@db"), @"the connection's URL names no database; write URL");
        assert_snapshot!(refusal("postgres://u:canary@/d"), @"the connection's URL names no host; write URL");
        assert_snapshot!(refusal("postgres://u:canary@db/d?sslmode=canary"), @"`sslmode` is none of `disable`, `require`, `verify-ca`, `verify-full`");
        assert_snapshot!(refusal("postgres://u:canary@db/d?sslrootcert=ca.pem"), @"`sslrootcert` is not read from a URL; give the certificates themselves to `PostgresConnection::root_certificates`");
        let twice = of_url("postgres://u@localhost:1/d").port(2).driver().err().unwrap();
        assert_snapshot!(twice, @"the connection has 2 ports for 1 hosts; name each port once");
    }
}
