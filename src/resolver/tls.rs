//! Streams under TLS: DNS over TLS (RFC 7858) and over HTTPS (RFC 8484).

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use hickory_resolver::TlsConfig;
use hickory_resolver::net::NetError;
use hickory_resolver::net::h2::HttpsClientStream;
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::net::tls::tls_exchange;

use super::name::OwnerName;
use super::transport::Stream;

/// The path that servers answer at (RFC 8484 §4.1.1 leaves it open; all public ones use this).
const PATH: &str = "/dns-query";

/// What a handshake needs: the roots that are trusted and the name that the certificate must have.
#[derive(Clone)]
pub(super) struct Tls {
    config: Arc<TlsConfig>,
    server_name: Arc<str>,
}

impl Tls {
    /// `None` if that is not the name or the address of a server.
    pub(super) fn new(config: Arc<TlsConfig>, server_name: &str) -> Option<Self> {
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
        let config = self.config.config.clone();
        tls_exchange(server, name, config, timeout, requests, sockets).await
    }

    pub(super) async fn connect_https(
        &self,
        server: SocketAddr,
        timeout: Duration,
        sockets: TokioRuntimeProvider,
    ) -> Result<Stream, NetError> {
        let config = Arc::new(self.config.config.clone());
        let mut builder = HttpsClientStream::builder(config, sockets);
        builder.request_timeout(timeout);
        builder
            .exchange(server, self.server_name.clone(), PATH.into())
            .await
    }
}
