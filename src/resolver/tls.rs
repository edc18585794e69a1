//! Streams under TLS: DNS over TLS (RFC 7858) and over HTTPS (RFC 8484).

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use hickory_resolver::TlsConfig;
use hickory_resolver::net::NetError;
use hickory_resolver::net::h2::HttpsClientStream;
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::net::tls::tls_exchange;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::{Error as PemError, PemObject as _};
use rustls::{ClientConfig, RootCertStore};

use super::name::OwnerName;
use super::transport::Stream;
use super::{ResolverError, TlsRoots};
use crate::escape::escape;

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
        let valid = OwnerName::parse(server_name.as_bytes(), &OwnerName::ROOT).is_ok()
            || server_name.parse::<IpAddr>().is_ok();
        valid.then(|| Self {
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
