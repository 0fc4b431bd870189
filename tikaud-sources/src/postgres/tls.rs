//! Encryption on the way to the server, and whom to trust there.

mod any_name;

use std::sync::Arc;

use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use tikaud_core::segment::SegmentError;
use tokio_postgres_rustls::MakeRustlsConnect;

use self::any_name::AnyName;
use crate::error::configuration;

/// Whether the way to the server is encrypted, and how the server proves who it is.
///
/// The default is [`VerifyFull`](Self::VerifyFull), but [`Disable`](Self::Disable) where the server is on this machine: on
/// a Unix socket, `localhost` or a loopback address. In a URL, `sslmode` says it, by the names that
/// [libpq](https://www.postgresql.org/docs/current/libpq-ssl.html) has for it. Two of them differ: `require` is as strict
/// as `verify-full` here, and `allow` and `prefer`, which settle for plain text when somebody on the way asks for it,
/// are refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PostgresTls {
    /// Plain text: everybody on the way can read the members, and pose as the server.
    Disable,
    /// Encrypted; the server's certificate comes from a trusted authority, for whatever name. Only for authorities that
    /// certify nobody else's servers, as those that clouds make for one database.
    VerifyCa,
    /// Encrypted; the server's certificate comes from a trusted authority, for the host's name.
    VerifyFull,
}

impl PostgresTls {
    /// The value of `sslmode`.
    pub(super) fn of_sslmode(mode: &str) -> Result<Self, SegmentError> {
        match mode {
            "disable" => Ok(Self::Disable),
            "verify-ca" => Ok(Self::VerifyCa),
            "require" | "verify-full" => Ok(Self::VerifyFull),
            "allow" | "prefer" => Err(configuration(format!(
                "`sslmode={mode}` would send members in plain text when the server offers no TLS; \
                 say `verify-full`, or `disable` where nobody can listen"
            ))),
            _ => Err(configuration("`sslmode` is none of `disable`, `require`, `verify-ca`, `verify-full`")),
        }
    }

    /// What makes encrypted connections, with these authorities (PEM) in place of the operating system's.
    pub(super) fn connector(self, authorities: Option<&[u8]>) -> Result<MakeRustlsConnect, SegmentError> {
        let roots = match (self, authorities) {
            (Self::Disable, _) => RootCertStore::empty(),
            (_, Some(pem)) => roots(pem)?,
            (_, None) => native_roots()?,
        };
        let installed = CryptoProvider::get_default().cloned();
        let provider = installed.unwrap_or_else(|| Arc::new(aws_lc_rs::default_provider()));
        let failed = |error: rustls::Error| configuration("TLS cannot be set up").with_source(error);
        let builder = ClientConfig::builder_with_provider(Arc::clone(&provider)).with_safe_default_protocol_versions();
        let builder = builder.map_err(failed)?;
        let config = match self {
            Self::VerifyCa => builder
                .dangerous()
                .with_custom_certificate_verifier(Arc::new(AnyName::try_new(roots, provider)?))
                .with_no_client_auth(),
            Self::Disable | Self::VerifyFull => builder.with_root_certificates(roots).with_no_client_auth(),
        };
        Ok(MakeRustlsConnect::new(config))
    }
}

/// The authorities in a text of PEM.
fn roots(pem: &[u8]) -> Result<RootCertStore, SegmentError> {
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(pem) {
        let certificate = certificate.map_err(|error| {
            configuration("the root certificates are not PEM; give the content of a file with BEGIN CERTIFICATE")
                .with_source(error)
        })?;
        roots
            .add(certificate)
            .map_err(|error| configuration("one of the root certificates cannot be an authority").with_source(error))?;
    }
    if roots.is_empty() {
        return Err(configuration(
            "the root certificates hold none; give the content of a file with BEGIN CERTIFICATE",
        ));
    }
    Ok(roots)
}

/// The operating system's authorities.
fn native_roots() -> Result<RootCertStore, SegmentError> {
    let mut roots = RootCertStore::empty();
    let found = rustls_native_certs::load_native_certs();
    let (added, _) = roots.add_parsable_certificates(found.certs);
    if added > 0 {
        return Ok(roots);
    }
    let message = "this machine has no root certificates (in Debian: the package ca-certificates); install them, or name \
                   those of the server with `PostgresConnection::root_certificates`";
    let error = configuration(message);
    Err(match found.errors.into_iter().next() {
        Some(cause) => error.with_source(cause),
        None => error,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modes_go_by_the_names_of_libpq_but_those_that_settle_for_plain_text() {
        let mode = |name| PostgresTls::of_sslmode(name);
        assert_eq!(mode("disable").unwrap(), PostgresTls::Disable);
        assert_eq!(mode("require").unwrap(), PostgresTls::VerifyFull);
        assert_eq!(mode("verify-ca").unwrap(), PostgresTls::VerifyCa);
        assert_eq!(mode("verify-full").unwrap(), PostgresTls::VerifyFull);
        insta::assert_snapshot!(mode("prefer").unwrap_err(), @"`sslmode=prefer` would send members in plain text when the server offers no TLS; say `verify-full`, or `disable` where nobody can listen");
        insta::assert_snapshot!(mode("on").unwrap_err(), @"`sslmode` is none of `disable`, `require`, `verify-ca`, `verify-full`");
    }

    #[test]
    fn root_certificates_that_are_none_are_refused() {
        let refused = |pem: &str| PostgresTls::VerifyFull.connector(Some(pem.as_bytes())).err().unwrap();
        insta::assert_snapshot!(refused("/etc/ssl/ca.pem"), @"the root certificates hold none; give the content of a file with BEGIN CERTIFICATE");
        let pem = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        insta::assert_snapshot!(refused(pem), @"one of the root certificates cannot be an authority");
    }
}
