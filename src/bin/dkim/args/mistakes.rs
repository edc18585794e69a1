//! What is wrong with a command line, and the words of other tools.

use clap::CommandFactory as _;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use dkim_toolkit::escape::escape;

use super::{Arguments, examples};
use crate::error::Error;

/// Subcommands that other tools have or that people try, each with the right command line.
const SUBCOMMANDS: &[(&str, &str)] = &[
    ("check", "dkim verify {file}"),
    ("checkkey", "dkim lookup -s {selector} -d {domain}"),
    ("dig", "dkim lookup -s {selector} -d {domain}"),
    ("explain", "dkim verify --explain {file}"),
    ("generate", "dkim keygen -s {selector} -d {domain}"),
    ("genkey", "dkim keygen -s {selector} -d {domain}"),
    ("key", "dkim record -k {key} -s {selector} -d {domain}"),
    ("lint", "dkim record --check 'v=DKIM1; k=rsa; p='"),
    ("publish", "dkim record -k {key} -s {selector} -d {domain}"),
    ("query", "dkim lookup -s {selector} -d {domain}"),
    ("revoke", "dkim record --revoke -s {selector} -d {domain}"),
    ("show", "dkim lookup -s {selector} -d {domain}"),
    ("test", "dkim verify {file}"),
    (
        "testkey",
        "dkim lookup -s {selector} -d {domain} --expect-key {key}",
    ),
    ("testmsg", "dkim verify {file}"),
    ("version", "dkim --version"),
];

/// Options of other tools, or of another subcommand, each with what to write; for one subcommand
/// where it is named.
const OPTIONS: &[(&str, Option<&str>, &str)] = &[
    (
        "--append-domain",
        Some("keygen"),
        "nothing in its place: names are whole",
    ),
    ("--body-limit", None, "--body-length"),
    ("--directory", Some("keygen"), "--output-dir"),
    ("--dns", None, "--nameserver"),
    ("--dns-server", None, "--nameserver"),
    ("--domain", Some("verify"), "--signed-by"),
    ("--file", None, "--output"),
    ("--hash-algorithms", Some("keygen"), "--hash"),
    ("--identifier", None, "--identity"),
    ("--key", Some("keygen"), "--key-to"),
    ("--key", Some("lookup"), "--expect-key"),
    ("--length", None, "--body-length"),
    ("--nameservers", None, "--nameserver"),
    ("--nosubdomains", None, "--strict"),
    ("--output", Some("keygen"), "--key-to"),
    ("--private-key", None, "--key"),
    ("--privkey", None, "--key"),
    ("--resolver", None, "--nameserver"),
    ("--restrict", None, "--service email"),
    ("--server", None, "--nameserver"),
    ("--signing-domain", None, "--domain"),
    ("--testmode", None, "--testing"),
    ("--why", None, "--explain"),
    ("--zonefile", None, "--zone"),
    ("-D", Some("keygen"), "--output-dir"),
    ("-S", Some("keygen"), "--strict"),
    ("-d", Some("verify"), "--signed-by"),
    ("-k", Some("keygen"), "--key-to"),
    ("-k", Some("lookup"), "--expect-key"),
    ("-n", Some("keygen"), "--note"),
    ("-o", Some("keygen"), "--key-to"),
    ("-r", Some("keygen"), "--service email"),
];

/// Options that other tools, or this one before, give another kind of value, each as usage lines name
/// it and with a right one.
const VALUES: &[(&str, &str)] = &[("--explain-budget <N>", "--explain-budget 2000")];

/// The error that a wrong command line is, with what may have been meant.
pub fn usage_error(mistake: &clap::Error) -> Error {
    let text = mistake.render().to_string();
    let mut paragraphs = text.split("\n\n");
    let message = paragraphs.next().unwrap_or_default();
    let message = message.strip_prefix("error: ").unwrap_or(message);
    let words: Vec<&str> = message.split_whitespace().collect();
    let mut error = Error::usage(escape(&words.join(" ")));
    let known = known_word(mistake);
    if let Some(hint) = &known {
        error = error.hint(hint);
    }
    for paragraph in paragraphs {
        // An option is never meant as a value. What is known needs no guess beside it.
        let tip = paragraph.trim_start().strip_prefix("tip: ");
        if let Some(tip) = tip.filter(|tip| known.is_none() && !tip.contains("as a value")) {
            error = error.hint(escape(tip.lines().next().unwrap_or_default()));
        }
    }
    if mistake.kind() == ErrorKind::MissingRequiredArgument
        && let Some(example) = named_command().and_then(|command| examples::first_of(&command))
    {
        error = error.hint(example);
    }
    let command = match mistake.get(ContextKind::Usage) {
        Some(ContextValue::StyledStr(usage)) => used_command(&usage.to_string()),
        _ => named_command(),
    };
    let command = command.map_or(String::new(), |command| command + " ");
    error.hint(format_args!("see dkim {command}--help"))
}

/// The right command line or option for a word of another tool.
fn known_word(mistake: &clap::Error) -> Option<String> {
    let word = |kind| match mistake.get(kind) {
        Some(ContextValue::String(word)) => Some(word.as_str()),
        _ => None,
    };
    if let Some(subcommand) = word(ContextKind::InvalidSubcommand) {
        let name = subcommand.trim_start_matches("opendkim-");
        let (_, template) = SUBCOMMANDS.iter().find(|(known, _)| *known == name)?;
        let words = std::env::args_os().map(|word| word.to_string_lossy().into_owned());
        let words = words.skip_while(|word| word != subcommand).skip(1);
        return Some(filled(template, &Given::of(words)));
    }
    let option = word(ContextKind::InvalidArg)?;
    if let Some((_, right)) = VALUES.iter().find(|(known, _)| *known == option) {
        return Some(format!("write {right}"));
    }
    let subcommand = named_command();
    let known = OPTIONS
        .iter()
        .find(|(known, of, _)| *known == option && (of.is_none() || *of == subcommand.as_deref()));
    known.map(|(.., right)| format!("write {right}"))
}

/// What a command line names, or else what examples name.
#[derive(Debug, PartialEq, Eq)]
struct Given {
    selector: String,
    domain: String,
    key: String,
    file: String,
}

impl Given {
    /// Reads the words after a subcommand by the options that all tools for DKIM share.
    fn of(words: impl Iterator<Item = String>) -> Self {
        let (mut selector, mut domain, mut key, mut file) = (None, None, None, None);
        let words = words.flat_map(|word| match word.split_once('=') {
            Some((option, value)) if option.starts_with("--") => {
                vec![option.to_owned(), value.to_owned()]
            }
            _ => vec![word],
        });
        let mut words = words.peekable();
        while let Some(word) = words.next() {
            match word.as_str() {
                "-s" | "--selector" => selector = words.next(),
                "-d" | "--domain" => domain = words.next(),
                "-k" | "--key" => key = words.next(),
                // The next word may be its value.
                option if option.starts_with('-') => {
                    words.next_if(|next| !next.starts_with('-'));
                }
                _ => file = Some(word),
            }
        }
        let or = |given: Option<String>, example: &str| {
            let given = given.map(|given| crate::files::word(given.as_ref()));
            given.unwrap_or_else(|| example.to_owned())
        };
        let selector = or(selector, "s2026");
        let domain = or(domain, "example.com");
        let key_file = format!("{selector}._domainkey.{domain}.pem");
        Self {
            key: or(key, &key_file),
            file: or(file, "message.eml"),
            selector,
            domain,
        }
    }
}

fn filled(template: &str, given: &Given) -> String {
    template
        .replace("{selector}", &given.selector)
        .replace("{domain}", &given.domain)
        .replace("{key}", &given.key)
        .replace("{file}", &given.file)
}

/// The subcommand of a usage line such as `Usage: dkim sign [OPTIONS]`.
fn used_command(usage: &str) -> Option<String> {
    let mut words = usage
        .split_whitespace()
        .skip_while(|word| *word != "dkim")
        .skip(1);
    let command = words
        .next()
        .filter(|word| word.chars().all(|letter| letter.is_ascii_lowercase()))?;
    Some(command.to_owned())
}

/// The first word that is a subcommand's name.
fn named_command() -> Option<String> {
    let commands = Arguments::command();
    let is_command = |word: &String| commands.find_subcommand(word).is_some();
    std::env::args_os()
        .filter_map(|word| word.into_string().ok())
        .skip(1)
        .find(is_command)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hint(template: &str, words: &str) -> String {
        let words = words.split(' ').map(ToOwned::to_owned);
        filled(template, &Given::of(words))
    }

    #[test]
    fn hints_have_what_the_command_line_names() {
        let mut known = SUBCOMMANDS.iter();
        let (_, testkey) = known.find(|(known, _)| *known == "testkey").unwrap();
        assert_eq!(
            hint(testkey, "-d a.example -s s1 -k /etc/k -vvv"),
            "dkim lookup -s s1 -d a.example --expect-key /etc/k"
        );
        assert_eq!(
            hint(testkey, "-d a.example -s s1"),
            "dkim lookup -s s1 -d a.example --expect-key s1._domainkey.a.example.pem"
        );
        assert_eq!(
            hint(testkey, "--domain=a.example --selector=s1 -k k -r 1"),
            "dkim lookup -s s1 -d a.example --expect-key k"
        );
        assert_eq!(
            hint("dkim verify {file}", "-q x"),
            "dkim verify message.eml"
        );
    }
}
