//! The examples of each subcommand: shown by `--help` and in the manual pages, run by the tests.

/// A command line that does something useful.
pub struct Example {
    /// What it does, in a few words.
    pub what: &'static str,
    pub command: &'static str,
    /// The exit status that the tests expect.
    #[allow(dead_code, reason = "read by the tests")]
    pub status: i32,
}

const fn example(what: &'static str, command: &'static str) -> Example {
    Example {
        what,
        command,
        status: 0,
    }
}

impl Example {
    const fn exits(self, status: i32) -> Self {
        Self { status, ..self }
    }
}

pub const VERIFY: &[Example] = &[
    example("verify a message", "dkim verify message.eml"),
    example(
        "without the DNS, as on the day of delivery",
        "dkim verify --zone keys.zone --at received message.eml",
    ),
    example("say why it broke", "dkim verify --explain broken.eml").exits(1),
    example(
        "a whole mailbox: totals by domain",
        "dkim verify --quiet --summary Maildir/",
    )
    .exits(1),
    example(
        "the same as a page to look at and to pass on",
        "dkim verify --summary --format html Maildir/ > summary.html",
    )
    .exits(1),
    example(
        "only what came since the last time",
        "find Maildir/cur -newer stamp -type f -print0 | dkim verify --files-from - -0",
    )
    .exits(1),
    example(
        "print a field for other filters",
        "dkim verify --authentication-results=mx.example.com message.eml",
    ),
    example(
        "decide in a script",
        "dkim verify --quiet --require aligned message.eml && echo aligned",
    ),
    example(
        "a message from an IMAP server, as JSON",
        "curl -s 'imaps://mail.example.com/INBOX;UID=7' | dkim verify --json",
    ),
];

pub const SIGN: &[Example] = &[
    example(
        "sign a message",
        "dkim sign -d example.com -s s2026 -k s2026.pem message.eml > signed.eml",
    ),
    example(
        "two signatures each, in the files themselves",
        "dkim sign -s rsa -k rsa.pem -s ed -k ed.pem --in-place outbox/*.eml",
    ),
    example(
        "sign and send",
        "dkim sign -s s2026 -k s2026.pem -o x.eml message.eml && sendmail -t -i < x.eml",
    ),
];

pub const AUDIT: &[Example] = &[
    example("what a domain looks like", "dkim audit example.com"),
    example(
        "with the selectors that its mail has",
        "dkim audit example.com --from-messages Maildir --from-reports reports",
    ),
    example(
        "a page to look at and to forward",
        "dkim audit example.com example.net --format html > dkim.html",
    )
    .exits(1),
    example(
        "from cron: say only what changed",
        "dkim audit example.com --since last.json",
    ),
];

pub const INSPECT: &[Example] = &[
    example("explain the signatures", "dkim inspect message.eml"),
    example(
        "hash what the second signature covers",
        "dkim inspect --canonical header --signature 2 message.eml | sha256sum",
    ),
];

pub const KEYGEN: &[Example] = &[
    example("make an RSA key", "dkim keygen -s s2026 -d example.com"),
    example(
        "an Ed25519 key in another folder",
        "dkim keygen -s ed2026 -d example.com -t ed25519 --output-dir /etc/dkim",
    ),
    example(
        "an RSA key and an Ed25519 key",
        "dkim keygen -s rsa2027 -t rsa -s ed2027 -t ed25519 -d example.com",
    ),
    example(
        "publish the record at once",
        "dkim keygen -s s2027 -d example.com --format nsupdate > add && nsupdate add",
    ),
    example(
        "hand the key to another program",
        "dkim keygen -s s2028 -d example.com --key-to - 2> record | vault-store s2028",
    ),
];

pub const RECORD: &[Example] = &[
    example(
        "the record of a key that exists",
        "dkim record -k s2026.pem -s s2026 -d example.com",
    ),
    example(
        "in the form of a provider",
        "dkim record -k s2026.pem -s s2026 -d example.com --format route53 > batch.json",
    ),
    example(
        "the value for a form on the web",
        "dkim record -k s2026.pem --format txt",
    ),
    example(
        "revoke an old key",
        "dkim record --revoke -s s25 -d example.com --format nsupdate > r && nsupdate r",
    ),
    example(
        "check a record before it is published",
        "dkim record --check 'v=DKIM1; k=rsa; p='",
    )
    .exits(1),
];

pub const LOOKUP: &[Example] = &[
    example("look at a key", "dkim lookup s2026._domainkey.example.com"),
    example(
        "is this key published?",
        "dkim lookup -s s2026 -d example.com --expect-key s2026.pem",
    ),
    example(
        "two selectors, for a script",
        "dkim lookup -s selector1 -s selector2 -d example.com --json | jq .status",
    ),
    example(
        "the keys of a message, from one server",
        "dkim lookup --message message.eml --nameserver 9.9.9.9 --dnssec",
    ),
];

pub const DELEGATE: &[Example] = &[
    example(
        "the records that a provider wants",
        "dkim delegate -d example.com --provider mailchimp",
    ),
    example(
        "as it gave them, for another DNS",
        "dkim delegate -d example.com --expected ses.json --format route53 > batch.json",
    ),
    example(
        "are they set?",
        "dkim delegate -d example.com --provider microsoft365 --check",
    )
    .exits(1),
    example(
        "a zone file before it is published",
        "dkim delegate -d example.com --expected cname.txt --check --zone new.zone",
    ),
];

pub const ROTATE: &[Example] = &[
    example(
        "the next step, published by hand",
        "dkim rotate -d example.com --dir keys -t rsa -t ed25519",
    ),
    example(
        "what comes next, and when",
        "dkim rotate -d example.com --dir keys --status",
    ),
];

pub const COMPLETIONS: &[Example] = &[
    example(
        "for bash",
        "dkim completions bash > ~/.local/share/bash-completion/completions/dkim",
    ),
    example("for zsh", "dkim completions zsh > ~/.zfunc/_dkim"),
    example(
        "for fish",
        "dkim completions fish > ~/.config/fish/completions/dkim.fish",
    ),
];

pub const MAN: &[Example] = &[
    example("read the manual", "dkim man verify | man -l -"),
    example("install all pages", "dkim man ~/.local/share/man/man1"),
];

/// The examples of `dkim --help`.
pub const MAIN: &[Example] = &[
    example("make a key", "dkim keygen -s s2026 -d example.com"),
    example(
        "sign",
        "dkim sign -s selector1 -k selector1.pem message.eml > signed.eml",
    ),
    example("verify", "dkim verify message.eml"),
    example("why did it break?", "dkim verify --explain broken.eml").exits(1),
];

/// All examples, by subcommand.
pub const ALL: &[(&str, &[Example])] = &[
    ("", MAIN),
    ("verify", VERIFY),
    ("sign", SIGN),
    ("inspect", INSPECT),
    ("keygen", KEYGEN),
    ("record", RECORD),
    ("lookup", LOOKUP),
    ("audit", AUDIT),
    ("delegate", DELEGATE),
    ("rotate", ROTATE),
    ("completions", COMPLETIONS),
    ("man", MAN),
];

/// The help that follows the options: the examples, and what else there is to know.
pub fn help(examples: &[Example], notes: &str) -> String {
    let examples: Vec<String> = examples
        .iter()
        .map(|Example { what, command, .. }| format!("  # {what}\n  {command}"))
        .collect();
    let help = format!("Examples:\n{}\n\n{notes}", examples.join("\n"));
    help.trim_end().to_owned()
}

/// The command line of a subcommand's first example.
#[allow(dead_code, reason = "the tests do without")]
pub fn first_of(subcommand: &str) -> Option<&'static str> {
    let (_, examples) = ALL.iter().find(|(name, _)| *name == subcommand)?;
    examples.first().map(|example| example.command)
}
