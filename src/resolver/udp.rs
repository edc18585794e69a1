//! One question over UDP (RFC 1035 §4.2.1).
//!
//! hickory's own client leaves its sockets unconnected and so never hears that nobody listens at
//! the other end; and it cannot tell an answer that was cut in the middle of a record, which the
//! truncation bit announces, from one that is no message.

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};

use hickory_proto::op::{DnsRequest, DnsResponse};
use hickory_resolver::net::NetError;
use tokio::io::Interest;
use tokio::net::UdpSocket;

const HEADER: usize = 12;

/// What came back.
pub(super) enum UdpAnswer {
    /// A whole message.
    Whole(DnsResponse),
    /// The answer is longer than what UDP carries.
    Truncated,
}

/// Sends the request in one datagram, from a port that the system chooses at random, and waits
/// for the answer to it. Datagrams that answer something else are passed over, so that nobody who
/// cannot see the request can end it.
pub(super) async fn exchange(
    server: SocketAddr,
    request: &DnsRequest,
) -> Result<UdpAnswer, NetError> {
    let sent = request.to_vec()?;
    let local: SocketAddr = match server {
        SocketAddr::V4(_) => (Ipv4Addr::UNSPECIFIED, 0).into(),
        SocketAddr::V6(_) => (Ipv6Addr::UNSPECIFIED, 0).into(),
    };
    let socket = UdpSocket::bind(local).await?;
    socket.connect(server).await?;
    socket.send(&sent).await?;
    let mut buffer = vec![0; usize::from(u16::MAX)];
    loop {
        let length = receive(&socket, &mut buffer).await?;
        let received = &buffer[..length];
        match kind(&sent, received) {
            Kind::Other => {}
            Kind::Truncated => return Ok(UdpAnswer::Truncated),
            Kind::Whole => {
                return Ok(UdpAnswer::Whole(DnsResponse::from_buffer(
                    received.to_vec(),
                )?));
            }
        }
    }
}

enum Kind {
    Whole,
    Truncated,
    Other,
}

/// What a datagram is to the request, as far as its first octets say.
fn kind(sent: &[u8], received: &[u8]) -> Kind {
    let (Some(header), Some(question)) = (received.get(..HEADER), question(sent)) else {
        return Kind::Other;
    };
    let is_response = header[2] & 0x80 != 0;
    let repeats = received[HEADER..]
        .get(..question.len())
        .is_some_and(|repeated| repeated.eq_ignore_ascii_case(question));
    // Servers that cannot read a question do not repeat it: all that they send is an error.
    let refuses_to_read = header[4..6] == [0, 0] && !matches!(header[3] & 0x0f, 0 | 3);
    if header[..2] != sent[..2] || !is_response || !(repeats || refuses_to_read) {
        Kind::Other
    } else if header[2] & 0x02 != 0 {
        Kind::Truncated
    } else {
        Kind::Whole
    }
}

/// The question of a request, of which it has one: name, type and class.
fn question(sent: &[u8]) -> Option<&[u8]> {
    let body = sent.get(HEADER..)?;
    let mut end = 0;
    while let length @ 1.. = usize::from(*body.get(end)?) {
        end += 1 + length;
    }
    body.get(..end + 5)
}

/// Waits for a datagram, or for the word that none will come.
async fn receive(socket: &UdpSocket, buffer: &mut [u8]) -> io::Result<usize> {
    // tokio does not take an error that is pending for something to read.
    socket
        .async_io(Interest::READABLE | Interest::ERROR, || {
            match socket.take_error()? {
                Some(error) => Err(error),
                None => socket.try_recv(buffer),
            }
        })
        .await
}
