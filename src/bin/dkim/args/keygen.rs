//! The words of `dkim keygen`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use dkim_toolkit::identifier::{Sdid, Selector};
use dkim_toolkit::key::{KeyFormat, RsaSize};

use super::examples::{self, help};
use super::record::RecordOptions;
use super::values::{KeyTypeName, parse_sdid, parse_selector};

/// Make a key and the record to publish
///
/// Writes the private key as PKCS#8 in PEM that only you may read, and prints the record for the
/// DNS. Several pairs of --selector and --type make several keys: all of them are written, or none.
#[derive(Debug, Args)]
#[command(after_help = help(examples::KEYGEN, "With --key-to - the key goes to standard output and the record to standard
error."))]
pub struct Keygen {
    /// The selector (s=): the name of the new key; repeatable, each with its --type
    #[arg(long, short, value_name = "NAME", required = true, value_parser = parse_selector)]
    pub selector: Vec<Selector>,
    /// The signing domain (d=)
    #[arg(long, short, value_name = "DOMAIN", value_parser = parse_sdid)]
    pub domain: Sdid,
    /// The key's type [default: rsa]
    #[arg(long = "type", short = 't', value_name = "TYPE")]
    pub key_type: Vec<KeyTypeName>,
    /// The size of an RSA key: 2048, 3072 or 4096 [default: 2048]
    #[arg(long, short, value_name = "N", value_parser = parse_bits)]
    pub bits: Option<RsaSize>,
    /// Allow --bits 1024, which is weak
    #[arg(long)]
    pub force_weak: bool,
    /// What the private key is written as
    #[arg(long, value_name = "FORMAT", default_value = "pkcs8")]
    pub key_format: KeyFormatName,
    /// The folder to write SELECTOR._domainkey.DOMAIN.pem into
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub output_dir: PathBuf,
    /// Write the private key to this file; - for standard output
    #[arg(long, value_name = "FILE", conflicts_with = "output_dir")]
    pub key_to: Option<PathBuf>,
    /// Replace a key file that exists
    #[arg(long)]
    pub overwrite: bool,
    #[command(flatten)]
    pub options: RecordOptions,
}

/// A [`KeyFormat`], by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum KeyFormatName {
    /// PEM for all current software
    Pkcs8,
    /// PEM for old software; RSA
    Pkcs1,
    /// A line of base64 for dkimpy and rspamd; Ed25519
    Seed,
}

impl From<KeyFormatName> for KeyFormat {
    fn from(name: KeyFormatName) -> Self {
        match name {
            KeyFormatName::Pkcs8 => Self::Pkcs8,
            KeyFormatName::Pkcs1 => Self::Pkcs1,
            KeyFormatName::Seed => Self::Seed,
        }
    }
}

pub(super) fn parse_bits(text: &str) -> Result<RsaSize, String> {
    match text {
        "1024" => Ok(RsaSize::Bits1024),
        "2048" => Ok(RsaSize::Bits2048),
        "3072" => Ok(RsaSize::Bits3072),
        "4096" => Ok(RsaSize::Bits4096),
        _ => Err("expected 2048, 3072 or 4096".to_owned()),
    }
}
