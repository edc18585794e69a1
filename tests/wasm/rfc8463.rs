//! Verifies the message of RFC 8463 Appendix A with a table of keys, on machines that have neither
//! files nor an output: the exit status says whether all went well.

use std::process::ExitCode;

use dkim_toolkit::{KeyAnswer, verify};

const MESSAGE: &[u8] = include_bytes!("../../testdata/rfc/rfc8463-appendix-a.eml");

const KEYS: [(&str, &str); 2] = [
    (
        "brisbane._domainkey.football.example.com.",
        "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=",
    ),
    (
        "test._domainkey.football.example.com.",
        "v=DKIM1; k=rsa; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDkHlOQoBTzWRiGs5V6NpP3id\
         Y6Wk08a5qhdR6wy5bdOKb2jLQiY/J16JYi0Qvx/byYzCNb3W91y3FutACDfzwQ/BC/e/8uBsCR+yz1Lxj+PL6lHvqM\
         KrM3rG4hstT5QjvHO9PzoxZyVYLzBfO2EeC3Ip3G+2kryOTIKT+l/K4w3QIDAQAB",
    ),
];

/// The result of each signature.
fn results(message: &[u8]) -> Option<Vec<&'static str>> {
    let now = 1_528_637_909;
    let report = verify(message, now, |query| {
        let key = KEYS.iter().find(|(name, _)| *name == query.name());
        key.map_or(KeyAnswer::NoSuchName, |(_, record)| {
            KeyAnswer::from_txt([*record], None)
        })
    });
    let verdicts = report.ok()?.verdicts;
    Some(verdicts.iter().map(|each| each.result().name()).collect())
}

fn main() -> ExitCode {
    let changed = [MESSAGE, b"P.S.\r\n"].concat();
    let pass = results(MESSAGE).as_deref() == Some(&["pass", "pass"]);
    let fail = results(&changed).as_deref() == Some(&["fail", "fail"]);
    if pass && fail {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
