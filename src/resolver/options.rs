//! What a resolver can be told, and why it cannot be made.

use std::error::Error;
use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use super::servers::Servers;
use super::transport::Link;
use super::trust::{TlsRoots, TrustAnchors};
use super::zone::ZoneFault;
use crate::syntax::escape::escape;

/// Which servers to ask, and how.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ResolverOptions {
    /// The servers in the order in which they are asked; empty: those of the system. One that
    /// kept silent while another answered is asked last for half a minute.
    pub nameservers: Vec<SocketAddr>,
    /// The transport to all of them.
    pub transport: Transport,
    /// How long to wait for an answer to one try. A lookup as a whole takes no longer than this
    /// times [`tries`](Self::tries), however many servers there are.
    pub timeout: Duration,
    /// How often each server is asked; 0 counts as 1.
    pub tries: u32,
    /// Validate the answers under DNSSEC, from the root's keys on (RFC 4035).
    pub dnssec: Option<DnssecOptions>,
    /// The name that the servers' certificates must have, for TLS and HTTPS; `None`: each
    /// server's IP address.
    pub tls_name: Option<String>,
    /// Who may vouch for the servers' certificates, for TLS and HTTPS; `None`: the system's
    /// authorities.
    pub tls_roots: Option<TlsRoots>,
    /// The port of authoritative servers, where each is asked by itself.
    pub authoritative_port: u16,
}

impl Default for ResolverOptions {
    /// The system's servers over UDP, 5 seconds, twice, without DNSSEC.
    fn default() -> Self {
        Self {
            nameservers: Vec::new(),
            transport: Transport::Udp,
            timeout: Duration::from_secs(5),
            tries: 2,
            dnssec: None,
            tls_name: None,
            tls_roots: None,
            authoritative_port: 53,
        }
    }
}

/// The options of validation under DNSSEC.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct DnssecOptions {
    /// Returns the current time in Unix seconds, at which the signatures of an answer have to be
    /// valid (RFC 4035 §5.3.1). This is not the time at which a message was signed or received.
    pub clock: fn() -> u64,
    /// Where validation begins, beside the root's keys.
    pub trust_anchors: Option<TrustAnchors>,
}

impl DnssecOptions {
    /// Validation from the root's keys on, with a clock that tells Unix seconds.
    #[must_use]
    pub const fn new(clock: fn() -> u64) -> Self {
        Self {
            clock,
            trust_anchors: None,
        }
    }
}

/// What carries a question to a server.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Transport {
    /// UDP with EDNS (RFC 6891), and TCP after a truncated answer.
    #[default]
    Udp,
    /// TCP (RFC 7766).
    Tcp,
    /// TLS (RFC 7858).
    Tls,
    /// HTTPS (RFC 8484), at the path `/dns-query`.
    Https,
}

impl Transport {
    /// The port where servers listen.
    #[must_use]
    pub const fn default_port(self) -> u16 {
        match self {
            Self::Udp | Self::Tcp => 53,
            Self::Tls => 853,
            Self::Https => 443,
        }
    }
}

/// Reads a server's address, with or without a port: `192.0.2.1`, `192.0.2.1:5353`,
/// `2001:db8::1`, `[2001:db8::1]:53`.
///
/// # Errors
///
/// [`ResolverError::Nameserver`] for anything else, host names among it.
pub fn parse_nameserver(text: &str, transport: Transport) -> Result<SocketAddr, ResolverError> {
    let error = || ResolverError::Nameserver(escape(text));
    let bracketed = text
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'));
    let alone: Option<IpAddr> = match bracketed {
        Some(inner) => inner.parse().ok().filter(IpAddr::is_ipv6),
        None => text.parse().ok(),
    };
    if let Some(ip) = alone {
        return Ok(SocketAddr::new(ip, transport.default_port()));
    }
    let address: SocketAddr = text.parse().map_err(|_| error())?;
    match address.port() {
        0 => Err(error()),
        _ => Ok(address),
    }
}

/// Why there is no resolver.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ResolverError {
    /// A master file that is none.
    Zone {
        /// The file's name, as the caller gave it.
        file: String,
        /// The line, counted from 1.
        line: usize,
        /// What is wrong there.
        fault: ZoneFault,
    },
    /// The system's configuration names no server, for this reason.
    SystemConfig(String),
    /// Not the address of a name server: this text, escaped.
    Nameserver(String),
    /// Not the name of a TLS server: this text, escaped.
    TlsName(String),
    /// HTTPS to an IPv6 address needs [`ResolverOptions::tls_name`].
    TlsNameNeeded,
    /// TLS cannot be set up, for this reason.
    Tls(String),
    /// A file that should hold certificates.
    TlsRoots {
        /// The file's name, as the caller gave it.
        file: String,
        /// What is wrong with it.
        why: String,
    },
    /// There is no DNSKEY or DS record in the file of this name.
    NoTrustAnchor(String),
    /// Validation under DNSSEC needs the crate's feature `dnssec`.
    WithoutDnssec,
    /// DNS over TLS and HTTPS needs the crate's feature `tls`.
    WithoutTls,
}

impl fmt::Display for ResolverError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Zone { file, line, fault } => write!(f, "{file}: line {line}: {fault}"),
            Self::SystemConfig(why) => {
                write!(f, "the system's configuration names no name server: {why}")
            }
            Self::Nameserver(text) => {
                write!(f, "not an IP address with or without a port: {text}")
            }
            Self::TlsName(text) => write!(f, "not the name of a TLS server: {text}"),
            Self::TlsNameNeeded => {
                f.write_str("HTTPS to an IPv6 address needs the name in the server's certificate")
            }
            Self::Tls(why) => write!(f, "TLS cannot be set up: {why}"),
            Self::TlsRoots { file, why } => write!(f, "{file}: {why}"),
            Self::NoTrustAnchor(file) => write!(f, "{file}: there is no DNSKEY or DS record in it"),
            Self::WithoutDnssec => f.write_str("this build has no DNSSEC"),
            Self::WithoutTls => f.write_str("this build has no DNS over TLS or HTTPS"),
        }
    }
}

impl Error for ResolverError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Zone { fault, .. } => Some(fault),
            _ => None,
        }
    }
}

impl ResolverOptions {
    pub(super) fn servers(&self) -> Result<Servers, ResolverError> {
        let mut addresses = self.nameservers.clone();
        if addresses.is_empty() {
            addresses = system_nameservers(self.transport)?;
        }
        let links = self.links(&addresses)?;
        Ok(Servers::new(links, self.timeout, self.tries))
    }

    fn links(&self, addresses: &[SocketAddr]) -> Result<Vec<(SocketAddr, Link)>, ResolverError> {
        let plain = |link: Link| {
            let with = |address| (address, link.clone());
            addresses.iter().copied().map(with).collect()
        };
        match self.transport {
            Transport::Udp => Ok(plain(Link::Udp)),
            Transport::Tcp => Ok(plain(Link::Tcp)),
            #[cfg(feature = "tls")]
            Transport::Tls | Transport::Https => self.tls_links(addresses),
            #[cfg(not(feature = "tls"))]
            Transport::Tls | Transport::Https => Err(ResolverError::WithoutTls),
        }
    }

    #[cfg(feature = "tls")]
    fn tls_links(
        &self,
        addresses: &[SocketAddr],
    ) -> Result<Vec<(SocketAddr, Link)>, ResolverError> {
        use super::tls::{Tls, config};

        let config = config(self.tls_roots.as_ref())?;
        let link = |address: &SocketAddr| {
            let https = self.transport == Transport::Https;
            let name = match &self.tls_name {
                Some(name) => name.clone(),
                // hickory puts the name into the URL as it stands.
                None if https && address.is_ipv6() => return Err(ResolverError::TlsNameNeeded),
                None => address.ip().to_string(),
            };
            let tls = Tls::new(config.clone(), &name)
                .ok_or_else(|| ResolverError::TlsName(escape(&name)))?;
            Ok((
                *address,
                if https {
                    Link::Https(tls)
                } else {
                    Link::Tls(tls)
                },
            ))
        };
        addresses.iter().map(link).collect()
    }
}

/// The servers that the system is configured with. Search domains and other options of the
/// configuration are not for absolute names.
fn system_nameservers(transport: Transport) -> Result<Vec<SocketAddr>, ResolverError> {
    let (config, _) = hickory_resolver::system_conf::read_system_conf()
        .map_err(|error| ResolverError::SystemConfig(escape(&error.to_string())))?;
    let port = transport.default_port();
    let servers = config.name_servers();
    Ok(servers
        .iter()
        .map(|server| SocketAddr::new(server.ip, port))
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, transport: Transport, expected: Option<&str>) {
        let parsed = parse_nameserver(text, transport).ok();
        assert_eq!(
            parsed.map(|address| address.to_string()).as_deref(),
            expected,
            "{text:?}"
        );
    }

    #[test]
    fn nameservers() {
        use Transport::{Https, Tcp, Tls, Udp};

        check("192.0.2.1", Udp, Some("192.0.2.1:53"));
        check("192.0.2.1", Tcp, Some("192.0.2.1:53"));
        check("192.0.2.1", Tls, Some("192.0.2.1:853"));
        check("192.0.2.1", Https, Some("192.0.2.1:443"));
        check("192.0.2.1:5353", Tls, Some("192.0.2.1:5353"));
        check("2001:db8::1", Udp, Some("[2001:db8::1]:53"));
        check("::1", Tls, Some("[::1]:853"));
        check("[::1]", Https, Some("[::1]:443"));
        check("[::1]:53", Https, Some("[::1]:53"));
        check("[fe80::1%2]:53", Udp, Some("[fe80::1%2]:53"));
        for wrong in [
            "",
            " 192.0.2.1",
            "192.0.2",
            "192.0.2.1:",
            "192.0.2.1:0",
            "192.0.2.1:65536",
            "[192.0.2.1]",
            "[::1",
            "::1]",
            "[::1]:",
            "dns.example:53",
            "dns.example",
            "\u{1b}[0m",
        ] {
            check(wrong, Udp, None);
        }
    }

    #[test]
    fn errors_are_safe_to_print() {
        let error = parse_nameserver("\u{1b}[31m\n", Transport::Udp).unwrap_err();
        assert!(error.to_string().chars().all(|c| !c.is_control()));
    }
}
