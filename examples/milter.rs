//! Signs and verifies a message as a milter has it: fields as (name, value), the body in chunks.
#![expect(clippy::print_stdout, reason = "a program's output")]

use std::{error::Error, sync::Arc};

use dkim_toolkit::sign::Choices;
use dkim_toolkit::{Header, KeyAnswer, PrivateKey, Signer, Signing, Verifier};

/// A private key and its record (RFC 8463 Appendix A).
const KEY: &[u8] = b"nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=";
const RECORD: &str = "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";
/// A value is all that follows the colon, its first space as well (`SMFIP_HDR_LEADSPC`).
const FIELDS: [(&str, &str); 2] = [("From", " joe@example.com"), ("Subject", " Hi\n Joe")];
const CHUNKS: [&[u8]; 2] = [b"Hi.\r\n\r\nWe lost ", b"the game.\r\n"];

fn main() -> Result<(), Box<dyn Error>> {
    let now = 1_700_000_000;
    let key = Arc::new(PrivateKey::from_bytes(KEY, None)?);
    let (domain, selector) = ("example.com".parse()?, "brisbane".parse()?);
    let signer = Signer::new(domain, selector, key, Choices::default())?;
    let mut signing = Signing::begin(&[signer], Header::from_pairs(FIELDS)?, now)?;
    for chunk in CHUNKS {
        signing.body(chunk);
    }
    // For `smfi_insheader`, to whose folds the mail server adds the CR.
    let field = signing.finish()?.concat().replace("\r\n", "\n");
    let (name, value) = field.trim_end().split_once(':').ok_or("no field")?;
    println!("{name}:{value}");

    let fields = [&[(name, value)], &FIELDS[..]].concat();
    let mut verification = Verifier::default().begin(Header::from_pairs(fields)?, now);
    for chunk in CHUNKS {
        verification.body(chunk);
    }
    for query in verification.pending() {
        verification.answer(&query, KeyAnswer::from_txt([RECORD], None));
    }
    println!("{}", verification.finish().verdicts[0].result());
    Ok(())
}
