//! The words of `dkim keygen`.

use std::path::PathBuf;

use clap::Args;
use dkim_toolkit::identifier::{Sdid, Selector};
use dkim_toolkit::key::RsaSize;

use super::examples::{self, help};
use super::record::RecordOptions;
use super::values::{KeyTypeName, parse_sdid, parse_selector};

/// Make a key and the record to publish
///
/// Writes the private key as PKCS#8 in PEM that only you may read, and prints the record for the
/// DNS.
#[derive(Debug, Args)]
#[command(after_help = help(examples::KEYGEN, "With --key-to - the key goes to standard output and the record to standard
error."))]
pub struct Keygen {
    /// The selector (s=): the name of the new key
    #[arg(long, short, value_name = "NAME", value_parser = parse_selector)]
    pub selector: Selector,
    /// The signing domain (d=)
    #[arg(long, short, value_name = "DOMAIN", value_parser = parse_sdid)]
    pub domain: Sdid,
    /// The key's type
    #[arg(long = "type", short = 't', value_name = "TYPE", default_value = "rsa")]
    pub key_type: KeyTypeName,
    /// The size of an RSA key: 2048, 3072 or 4096 [default: 2048]
    #[arg(long, short, value_name = "N", value_parser = parse_bits)]
    pub bits: Option<RsaSize>,
    /// Allow --bits 1024, which is weak
    #[arg(long)]
    pub force_weak: bool,
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

fn parse_bits(text: &str) -> Result<RsaSize, String> {
    match text {
        "1024" => Ok(RsaSize::Bits1024),
        "2048" => Ok(RsaSize::Bits2048),
        "3072" => Ok(RsaSize::Bits3072),
        "4096" => Ok(RsaSize::Bits4096),
        _ => Err("expected 2048, 3072 or 4096".to_owned()),
    }
}
