//! Streams under TLS: DNS over TLS (RFC 7858) and over HTTPS (RFC 8484).

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use hickory_resolver::TlsConfig;
use hickory_resolver::net::NetError;
use hickory_resolver::net::h2::HttpsClientStream;
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::net::tls::tls_exchange;
use rustls::pki_types::pem::{Error as PemError, PemObject as _};
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};

use super::transport::Stream;
use super::{ResolverError, TlsRoots};
use crate::syntax::escape::escape;

/// The path that servers answer at (RFC 8484 §4.1.1 leaves it open; all public ones use this).
const PATH: &str = "/dns-query";

/// What a handshake needs: the roots that are trusted and the name that the certificate must have.
#[derive(Clone)]
pub(super) struct Tls {
    config: Arc<ClientConfig>,
    server_name: Arc<str>,
}

impl Tls {
    /// `None` if that is not the name or the address of a server.
    pub(super) fn new(config: Arc<ClientConfig>, server_name: &str) -> Option<Self> {
        ServerName::try_from(server_name).ok()?;
        Some(Self {
            config,
            server_name: server_name.into(),
        })
    }

    pub(super) async fn connect(
        &self,
        server: SocketAddr,
        timeout: Duration,
        requests: Option<usize>,
        sockets: TokioRuntimeProvider,
    ) -> Result<Stream, NetError> {
        let name = self
            .server_name
            .to_string()
            .try_into()
            .map_err(|_| NetError::Message("the TLS name is not a server name"))?;
        let config = ClientConfig::clone(&self.config);
        tls_exchange(server, name, config, timeout, requests, sockets).await
    }

    pub(super) async fn connect_https(
        &self,
        server: SocketAddr,
        timeout: Duration,
        sockets: TokioRuntimeProvider,
    ) -> Result<Stream, NetError> {
        let mut builder = HttpsClientStream::builder(self.config.clone(), sockets);
        builder.request_timeout(timeout);
        builder
            .exchange(server, self.server_name.clone(), PATH.into())
            .await
    }
}

/// How to shake hands: with whom these roots vouch for, or the system's.
pub(super) fn config(roots: Option<&TlsRoots>) -> Result<Arc<ClientConfig>, ResolverError> {
    let Some(roots) = roots else {
        let system = TlsConfig::new().map_err(|error| cannot(&error))?;
        return Ok(Arc::new(system.config));
    };
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| cannot(&error))?
        .with_root_certificates(roots.store.clone())
        .with_no_client_auth();
    Ok(Arc::new(config))
}

/// Reads the certificates of a PEM file.
pub(super) fn read_roots(file: &str, contents: &[u8]) -> Result<TlsRoots, ResolverError> {
    let error = |why| ResolverError::TlsRoots {
        file: file.to_owned(),
        why,
    };
    let mut store = RootCertStore::empty();
    for (number, certificate) in (1..).zip(CertificateDer::pem_slice_iter(contents)) {
        let certificate = certificate
            .map_err(|pem| error(format!("certificate {number}: {}", pem_fault(&pem))))?;
        store.add(certificate).map_err(|refused| {
            let refused = escape(&refused.to_string());
            error(format!("certificate {number} cannot be used: {refused}"))
        })?;
    }
    if store.is_empty() {
        return Err(error("there is no certificate in PEM in it".to_owned()));
    }
    Ok(TlsRoots {
        store: Arc::new(store),
    })
}

fn pem_fault(error: &PemError) -> &'static str {
    match error {
        PemError::MissingSectionEnd { .. } => "its END line is missing",
        PemError::IllegalSectionStart { .. } => "its BEGIN line is broken",
        _ => "it is not base64",
    }
}

fn cannot(error: &dyn std::error::Error) -> ResolverError {
    ResolverError::Tls(escape(&error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Made by `openssl req -x509 -newkey ed25519 -subj /CN=ca -days 36500`.
    const CA: &str = "\
-----BEGIN CERTIFICATE-----
MIIBMDCB46ADAgECAhRk9m46oiMjcxMLJjOVS5HkMOKs0DAFBgMrZXAwDTELMAkG
A1UEAwwCY2EwIBcNMjYxMTIyMDM0MDE5WhgPMjEyNjEwMjkwMzQwMTlaMA0xCzAJ
BgNVBAMMAmNhMCowBQYDK2VwAyEAO8reJdPsQ/X3QR9cPF1REyLdCokctZcc0qKh
9h4HLUSjUzBRMB0GA1UdDgQWBBSrxLoWdjXAwP813lqUrmlQBn/+iTAfBgNVHSME
GDAWgBSrxLoWdjXAwP813lqUrmlQBn/+iTAPBgNVHRMBAf8EBTADAQH/MAUGAytl
cANBAB2pIpzeX1lr6bpr3FgKHS0HkRWLNracrF85FByBIoIIdr9KcoBWxWMakMJu
zBoxZPGjobE7/MVW+J/zRbQZpAI=
-----END CERTIFICATE-----
";

    /// How many roots are read, or the error.
    fn read(contents: &str) -> Result<usize, String> {
        read_roots("ca.pem", contents.as_bytes())
            .map(|roots| roots.store.len())
            .map_err(|error| error.to_string())
    }

    #[test]
    fn roots() {
        assert_eq!(read(CA), Ok(1));
        assert_eq!(read(&format!("two of them\r\n{CA}\n{CA}")), Ok(2));
        let key = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n";
        assert_eq!(read(&format!("{key}{CA}")), Ok(1));
        let none = Err("ca.pem: there is no certificate in PEM in it".to_owned());
        assert_eq!(read(""), none);
        assert_eq!(read(key), none);
        assert_eq!(read("\u{30}\u{82}\u{1}"), none);
    }

    #[test]
    fn roots_that_are_broken() {
        let error = |why: &str| Err(format!("ca.pem: certificate {why}"));
        let last = CA.lines().last().unwrap();
        let cut = CA.replace(last, "");
        assert_eq!(read(&cut), error("1: its END line is missing"));
        assert_eq!(
            read(&format!("{CA}{}", CA.replace("MII", "M*I"))),
            error("2: it is not base64")
        );
        assert_eq!(
            read(&CA.replace("MII", "AII")),
            error("1 cannot be used: invalid peer certificate: BadEncoding")
        );
    }
}
