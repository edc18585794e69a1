//! Where keys come from.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};
use dkim_toolkit::resolver::Transport;

use super::values::{number, parse_seconds};

/// Where keys come from.
#[derive(Debug, Args)]
#[command(next_help_heading = "DNS options")]
pub struct Dns {
    /// Ask this name server; repeatable [default: the system's]
    #[arg(long, value_name = "IP[:PORT]", conflicts_with = "zone")]
    pub nameserver: Vec<String>,
    /// How to ask
    #[arg(
        long,
        value_name = "HOW",
        default_value = "udp",
        conflicts_with = "zone"
    )]
    pub dns_over: TransportName,
    /// The name in the certificates of the servers, over TLS and HTTPS [default: their
    /// IP addresses]
    #[arg(long, value_name = "NAME", conflicts_with = "zone")]
    pub tls_name: Option<String>,
    /// Trust only the certificate authorities in this PEM file
    /// [default: the system's]
    #[arg(long, value_name = "FILE", conflicts_with = "zone")]
    pub tls_ca: Option<PathBuf>,
    /// How long to wait for an answer to each try
    #[arg(
        long,
        value_name = "SECONDS",
        default_value = "5",
        conflicts_with = "zone"
    )]
    #[arg(value_parser = parse_seconds)]
    pub dns_timeout: Duration,
    /// Number of tries for each question
    #[arg(long, value_name = "N", default_value_t = 2, conflicts_with = "zone")]
    #[arg(value_parser = number(1..=100))]
    pub dns_tries: u32,
    /// Validate the answers under DNSSEC
    #[arg(long, conflicts_with = "zone")]
    pub dnssec: bool,
    /// Begin validation also at the DNSKEY and DS records of this master file, not only at the
    /// root's keys
    #[arg(long, value_name = "FILE", requires = "dnssec")]
    pub trust_anchor: Option<PathBuf>,
    /// The port of authoritative servers, for tests
    #[arg(long, value_name = "PORT", default_value_t = 53, hide = true)]
    #[arg(conflicts_with = "zone")]
    pub authoritative_port: u16,
    /// Answer from this master file and send nothing; repeatable
    #[arg(long, value_name = "FILE")]
    pub zone: Vec<PathBuf>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum TransportName {
    /// UDP, and TCP after a truncated answer
    Udp,
    /// TCP alone
    Tcp,
    /// TLS (RFC 7858)
    Tls,
    /// HTTPS (RFC 8484)
    Https,
}

impl From<TransportName> for Transport {
    fn from(name: TransportName) -> Self {
        match name {
            TransportName::Udp => Self::Udp,
            TransportName::Tcp => Self::Tcp,
            TransportName::Tls => Self::Tls,
            TransportName::Https => Self::Https,
        }
    }
}
