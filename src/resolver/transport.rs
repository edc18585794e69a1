//! One exchange with one server: UDP with TCP after a truncated answer, TCP, TLS (RFC 7858) or
//! HTTPS (RFC 8484).
//!
//! hickory's streams are used below its own resolver, which would hide what has to be told apart
//! here: it asks no other server after a SERVFAIL, turns a loop of CNAMEs into an empty answer,
//! drops the chain of CNAMEs from a negative one, and reads the system's root certificates even
//! where no TLS is used.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use hickory_proto::op::{DnsRequest, DnsResponse};
use hickory_resolver::net::NetError;
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::net::tcp::TcpClientStream;
use hickory_resolver::net::xfer::{DnsExchange, DnsHandle, FirstAnswer};
use tokio::sync::Mutex;
use tokio::time::{Instant, timeout_at};

use super::udp::{Sockets, UdpAnswer};

/// An open stream; several requests may be under way on it.
pub(super) type Stream = DnsExchange<TokioRuntimeProvider>;

/// Requests that may be under way on one stream.
const MAX_REQUESTS_PER_STREAM: usize = 256;

/// A server and the stream that is open to it, if any.
pub(super) struct Server {
    address: SocketAddr,
    /// hickory's timeout: longer than the caller's, which tells silence from a closed stream.
    timeout: Duration,
    link: Link,
    udp: Sockets,
    stream: Mutex<Option<Stream>>,
    runtime: TokioRuntimeProvider,
}

/// How a server is spoken to.
#[derive(Clone)]
pub(super) enum Link {
    Udp,
    Tcp,
    #[cfg(feature = "tls")]
    Tls(super::tls::Tls),
    #[cfg(feature = "tls")]
    Https(super::tls::Tls),
}

/// Why an exchange failed.
pub(super) enum ExchangeError {
    /// No answer came.
    First(NetError),
    /// A truncated answer came over UDP, and no answer over TCP.
    AfterTruncation(NetError),
}

impl Server {
    /// Connects with the first question. No [`exchange`](Self::exchange) gets more time than
    /// `timeout`.
    pub(super) fn new(address: SocketAddr, link: Link, timeout: Duration) -> Self {
        Self {
            address,
            timeout: timeout
                .saturating_mul(2)
                .saturating_add(Duration::from_secs(1)),
            link,
            udp: Sockets::new(address),
            stream: Mutex::new(None),
            runtime: TokioRuntimeProvider::new(),
        }
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Sends one request and takes the answer to it, whatever that says.
    pub(super) async fn exchange(
        &self,
        request: DnsRequest,
        deadline: Instant,
    ) -> Result<DnsResponse, ExchangeError> {
        if !matches!(self.link, Link::Udp) {
            let answer = self.over_stream_until(deadline, request).await;
            return answer.map_err(ExchangeError::First);
        }
        let answer = timeout_at(deadline, self.udp.exchange(&request)).await;
        let answer = answer.unwrap_or(Err(NetError::Timeout));
        match answer.map_err(ExchangeError::First)? {
            UdpAnswer::Whole(response) => Ok(response),
            UdpAnswer::Truncated => {
                let answer = self.over_stream_until(deadline, request).await;
                answer.map_err(ExchangeError::AfterTruncation)
            }
        }
    }

    async fn over_stream_until(
        &self,
        deadline: Instant,
        request: DnsRequest,
    ) -> Result<DnsResponse, NetError> {
        match timeout_at(deadline, self.over_stream(request)).await {
            Ok(answer) => answer,
            Err(_) => {
                self.disconnect().await;
                Err(NetError::Timeout)
            }
        }
    }

    /// Closes the stream, which did not do what it should.
    async fn disconnect(&self) {
        *self.stream.lock().await = None;
    }

    async fn over_stream(&self, request: DnsRequest) -> Result<DnsResponse, NetError> {
        let (stream, was_open) = self.stream().await?;
        let answer = ask(&stream, request.clone()).await;
        if answer.is_ok() {
            return answer;
        }
        self.disconnect().await;
        if !was_open {
            return answer;
        }
        // A server closes streams that were idle for a while: that is no failure of its.
        let (stream, _) = self.stream().await?;
        ask(&stream, request).await
    }

    /// The stream to the server, and whether it was open before.
    async fn stream(&self) -> Result<(Stream, bool), NetError> {
        let mut slot = self.stream.lock().await;
        if let Some(stream) = slot.as_ref() {
            return Ok((stream.clone(), true));
        }
        let stream = self.connect().await?;
        *slot = Some(stream.clone());
        Ok((stream, false))
    }

    async fn connect(&self) -> Result<Stream, NetError> {
        match &self.link {
            Link::Udp | Link::Tcp => {
                TcpClientStream::exchange(
                    self.address,
                    None,
                    self.timeout,
                    Some(MAX_REQUESTS_PER_STREAM),
                    self.runtime.clone(),
                )
                .await
            }
            #[cfg(feature = "tls")]
            Link::Tls(tls) => {
                let requests = Some(MAX_REQUESTS_PER_STREAM);
                tls.connect(self.address, self.timeout, requests, self.runtime.clone())
                    .await
            }
            #[cfg(feature = "tls")]
            Link::Https(tls) => {
                tls.connect_https(self.address, self.timeout, self.runtime.clone())
                    .await
            }
        }
    }
}

/// One request over an open stream.
async fn ask(stream: &Stream, request: DnsRequest) -> Result<DnsResponse, NetError> {
    match stream.send(request).first_answer().await {
        // hickory says "timeout" of a stream that ended. Its own timeout is never reached.
        Err(NetError::Timeout) => Err(io::Error::from(io::ErrorKind::UnexpectedEof).into()),
        answer => answer,
    }
}
