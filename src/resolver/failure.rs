//! Every way in which a question to a server fails, told in the terms of [`LookupFailureKind`].

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use hickory_proto::op::{DnsResponse, ResponseCode};
use hickory_proto::rr::RecordType;
use hickory_proto::rr::rdata::opt::{EdnsCode, EdnsOption};
use hickory_resolver::net::NetError;

use super::alias::Chain;
use super::name::OwnerName;
use super::response::alias_in;
use super::transport::ExchangeError;
use crate::lookup::{LookupFailure, LookupFailureKind};
use crate::syntax::escape::escape;

/// Servers kept silent through all tries, which take `timeout` together.
pub(super) fn silence(servers: &[SocketAddr], timeout: Duration) -> LookupFailure {
    let servers: Vec<String> = servers.iter().map(SocketAddr::to_string).collect();
    failure(
        LookupFailureKind::Timeout,
        format!(
            "no answer from {} within {}",
            servers.join(" or "),
            Seconds(timeout)
        ),
    )
}

/// A server answered, and not to this question.
pub(super) fn other_question(server: SocketAddr) -> LookupFailure {
    failure(
        LookupFailureKind::ServFail,
        format!("{server} answered a question that was not asked"),
    )
}

/// A server cut its answer short where nothing limits it.
pub(super) fn truncated(server: SocketAddr) -> LookupFailure {
    failure(
        LookupFailureKind::ServFail,
        format!("{server} sent a truncated answer over a stream"),
    )
}

/// A server answered with an error; `None` for NOERROR and NXDOMAIN, which are answers.
pub(super) fn of_code(server: SocketAddr, response: &DnsResponse) -> Option<LookupFailure> {
    let code = response.response_code;
    let kind = match code {
        ResponseCode::NoError => return None,
        ResponseCode::NXDomain => return contradiction(server, response),
        ResponseCode::Refused => LookupFailureKind::Refused,
        _ => LookupFailureKind::ServFail,
    };
    let reason = extended_error(response).map_or_else(String::new, |reason| format!(" ({reason})"));
    let failed = failure(
        kind,
        format!("{server} answered {}{reason}", name_of_code(code)),
    );
    Some(failed.after(aliases_in(response)))
}

/// The targets of the CNAME records in a response from the name of its question on.
fn aliases_in(response: &DnsResponse) -> Vec<String> {
    let Some(query) = response.queries.first() else {
        return Vec::new();
    };
    let mut chain = Chain::new(OwnerName::from_hickory(query.name()));
    while let Some(target) = alias_in(response, chain.end()) {
        if !chain.follow(target) {
            break;
        }
    }
    chain.targets()
}

/// A server says that a name does not exist, and sends records of the wanted type with that: one of
/// the two is wrong, and nothing tells which. A CNAME may come with a denial of its target.
fn contradiction(server: SocketAddr, response: &DnsResponse) -> Option<LookupFailure> {
    let wanted = response.queries.first()?.query_type();
    let mut answers = response.answers.iter();
    let contradicts =
        wanted != RecordType::CNAME && answers.any(|record| record.record_type() == wanted);
    contradicts.then(|| {
        failure(
            LookupFailureKind::ServFail,
            format!("{server} answered NXDOMAIN, and {wanted} records with it"),
        )
    })
}

/// The exchange with a server failed.
pub(super) fn of_exchange(
    server: SocketAddr,
    timeout: Duration,
    error: &ExchangeError,
) -> LookupFailure {
    match error {
        ExchangeError::First(error) => of_net(server, timeout, error),
        ExchangeError::AfterTruncation(error) => {
            let over_tcp = match error {
                NetError::Io(error) if error.kind() == io::ErrorKind::ConnectionRefused => {
                    format!("{server} refused TCP")
                }
                error => format!("TCP failed ({})", of_net(server, timeout, error).detail),
            };
            failure(
                LookupFailureKind::Truncated,
                format!(
                    "the answer is too long for UDP (truncated), and {over_tcp}: open TCP port {} \
                     or publish a shorter record",
                    server.port()
                ),
            )
        }
    }
}

fn of_net(server: SocketAddr, timeout: Duration, error: &NetError) -> LookupFailure {
    match error {
        NetError::Timeout => silence(&[server], timeout),
        NetError::Io(error) => of_io(server, timeout, error),
        NetError::Proto(_) => failure(
            LookupFailureKind::ServFail,
            format!("{server} answered with something that is not a DNS message"),
        ),
        // hickory's word for a stream that ended while a request was under way.
        NetError::Message("receiver was canceled" | "stream closed") => closed(server),
        other => failure(
            unreachable_or_servfail(other),
            format!("{server} failed: {}", printable(&other.to_string())),
        ),
    }
}

fn of_io(server: SocketAddr, timeout: Duration, error: &io::Error) -> LookupFailure {
    use io::ErrorKind;

    match error.kind() {
        ErrorKind::TimedOut => silence(&[server], timeout),
        ErrorKind::UnexpectedEof
        | ErrorKind::ConnectionReset
        | ErrorKind::ConnectionAborted
        | ErrorKind::BrokenPipe => closed(server),
        // What TLS makes of certificates and handshakes that it does not like.
        ErrorKind::InvalidData | ErrorKind::Other => failure(
            LookupFailureKind::Unreachable,
            format!(
                "{server} cannot be reached: {}",
                printable(&error.to_string())
            ),
        ),
        kind => failure(
            LookupFailureKind::Unreachable,
            format!("{server} cannot be reached: {kind}"),
        ),
    }
}

fn closed(server: SocketAddr) -> LookupFailure {
    failure(
        LookupFailureKind::Unreachable,
        format!("{server} closed the connection without an answer"),
    )
}

#[cfg(feature = "tls")]
fn unreachable_or_servfail(error: &NetError) -> LookupFailureKind {
    match error {
        NetError::H2(_) | NetError::RustlsError(_) | NetError::NoConnections | NetError::Busy => {
            LookupFailureKind::Unreachable
        }
        _ => LookupFailureKind::ServFail,
    }
}

#[cfg(not(feature = "tls"))]
fn unreachable_or_servfail(error: &NetError) -> LookupFailureKind {
    match error {
        NetError::NoConnections | NetError::Busy => LookupFailureKind::Unreachable,
        _ => LookupFailureKind::ServFail,
    }
}

fn failure(kind: LookupFailureKind, detail: String) -> LookupFailure {
    LookupFailure::new(kind, detail)
}

/// The beginning of a library's words, which may quote a stranger's.
fn printable(text: &str) -> String {
    let beginning: String = text.chars().take(200).collect();
    escape(&beginning)
}

/// A time as people write it: `5 s`, `250 ms`.
struct Seconds(Duration);

impl fmt::Display for Seconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.0.as_secs(), self.0.subsec_millis()) {
            (seconds, 0) => write!(f, "{seconds} s"),
            (0, millis) => write!(f, "{millis} ms"),
            (seconds, millis) => write!(f, "{seconds}.{millis:03} s"),
        }
    }
}

/// The names of the IANA registry.
fn name_of_code(code: ResponseCode) -> String {
    match u16::from(code) {
        1 => "FORMERR".into(),
        2 => "SERVFAIL".into(),
        4 => "NOTIMP".into(),
        5 => "REFUSED".into(),
        6 => "YXDOMAIN".into(),
        7 => "YXRRSET".into(),
        8 => "NXRRSET".into(),
        9 => "NOTAUTH".into(),
        10 => "NOTZONE".into(),
        16 => "BADVERS".into(),
        23 => "BADCOOKIE".into(),
        other => format!("the error code {other}"),
    }
}

/// The reason that an extended error gives (RFC 8914 §4); its free text is left out.
fn extended_error(response: &DnsResponse) -> Option<String> {
    let option = response.edns.as_ref()?.option(EdnsCode::Unknown(15))?;
    let EdnsOption::Unknown(_, data) = option else {
        return None;
    };
    let code = u16::from_be_bytes(*data.first_chunk()?);
    Some(match EXTENDED_ERRORS.get(usize::from(code)) {
        Some(name) => format!("extended error {code}: {name}"),
        None => format!("extended error {code}"),
    })
}

/// The reasons of RFC 8914 §4 by their codes.
const EXTENDED_ERRORS: [&str; 25] = [
    "other error",
    "unsupported DNSKEY algorithm",
    "unsupported DS digest type",
    "stale answer",
    "forged answer",
    "DNSSEC indeterminate",
    "DNSSEC bogus",
    "signature expired",
    "signature not yet valid",
    "DNSKEY missing",
    "RRSIGs missing",
    "no zone key bit set",
    "NSEC missing",
    "cached error",
    "not ready",
    "blocked",
    "censored",
    "filtered",
    "prohibited",
    "stale NXDOMAIN answer",
    "not authoritative",
    "not supported",
    "no reachable authority",
    "network error",
    "invalid data",
];
