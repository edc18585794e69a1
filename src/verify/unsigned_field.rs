//! Fields that decide what a reader sees or does, and that nobody signed.

use std::fmt;

use super::Report;
use crate::alignment::organizational_domain;
use crate::author::{address_domain, addresses, answered_addresses};
use crate::message::{Header, HeaderField};
use crate::syntax::escape::{escape, printable};
use crate::syntax::words::in_a_row;
use crate::verdict::{Verdict, Warning, WarningCode};

/// What a reader takes from a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    Answer,
    Subject,
    Display,
    Sender,
    Recipient,
    Date,
    Conversation,
}

/// The fields that decide what a reader sees or does, the worst to be deceived by first.
const FIELDS: [(&str, Role); 10] = [
    ("Reply-To", Role::Answer),
    ("Subject", Role::Subject),
    ("Content-Type", Role::Display),
    ("Content-Transfer-Encoding", Role::Display),
    ("MIME-Version", Role::Display),
    ("Sender", Role::Sender),
    ("To", Role::Recipient),
    ("Cc", Role::Recipient),
    ("Date", Role::Date),
    ("Message-ID", Role::Conversation),
];

/// The fields of one name that no signature covers whose word counts ([`Report::speaking`]), in a
/// message with a signature that passes.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct UnsignedField {
    /// The name, as it is usually written.
    pub name: &'static str,
    /// The index of the topmost that is not signed among the message's header fields, from 0.
    pub field_index: usize,
    /// How many are not signed.
    pub unsigned: usize,
    /// How many there are.
    pub present: usize,
    consequence: String,
}

impl UnsignedField {
    /// Finds those of a message, the worst first; none where no signature passes.
    pub(super) fn find(report: &Report) -> Vec<Self> {
        let header = &report.header;
        if !report.verdicts.iter().any(Verdict::passes) {
            return Vec::new();
        }
        let mut is_signed = vec![false; header.fields().len()];
        for &at in report.speaking().flat_map(|verdict| &verdict.signed_fields) {
            is_signed[at] = true;
        }
        let place_of = |field: HeaderField<'_>| {
            let name = field.name();
            let mut names = FIELDS.iter().map(|(name, _)| name.as_bytes());
            names.position(|other| name.eq_ignore_ascii_case(other))
        };
        // The topmost that is not signed, and how many are not.
        let mut found = [None; FIELDS.len()];
        for (field_index, field) in header.fields().enumerate() {
            if !is_signed[field_index]
                && let Some(place) = place_of(field)
            {
                found[place].get_or_insert((field_index, 0)).1 += 1;
            }
        }
        if found.iter().all(Option::is_none) {
            return Vec::new();
        }
        let mut present = [0; FIELDS.len()];
        for place in header.fields().filter_map(place_of) {
            present[place] += 1;
        }
        let named = FIELDS.into_iter().zip(found).zip(present);
        named
            .filter_map(|(((name, role), found), present)| {
                let (field_index, unsigned) = found?;
                let field = header.field(field_index)?;
                let added = if unsigned == 1 { "it" } else { "them" };
                Some(Self {
                    name,
                    field_index,
                    unsigned,
                    present,
                    consequence: consequence(role, header, field, added),
                })
            })
            .collect()
    }

    /// What may come of it, in a clause that is fit to print.
    #[must_use]
    pub fn consequence(&self) -> &str {
        &self.consequence
    }

    /// What a sender can do about fields of these names.
    #[must_use]
    pub fn remedy(fields: &[Self]) -> String {
        let names: Vec<_> = fields.iter().map(|field| field.name).collect();
        let each = if fields.len() > 1 { "each " } else { "" };
        let names = in_a_row(&names, "and");
        format!("have the signer list {names} in h=, and {each}once more so that none can be added")
    }

    /// The warning, with [`Report::who_did_not_sign`].
    pub(super) fn warning(&self, who: &str) -> Warning {
        let message = format!("{who} {self}: {}", self.consequence);
        Warning::new(WarningCode::UnsignedField, message)
            .about_field(self.name)
            .with_remedy(Self::remedy(std::slice::from_ref(self)))
    }
}

impl fmt::Display for UnsignedField {
    /// Which fields these are: `the Subject`, `one of 2 Subject fields`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            name,
            unsigned,
            present,
            ..
        } = self;
        match (unsigned, present) {
            (1, 1) => write!(f, "the {name}"),
            (1, _) => write!(f, "one of {present} {name} fields"),
            _ if unsigned == present => write!(f, "any of {present} {name} fields"),
            _ => write!(f, "{unsigned} of {present} {name} fields"),
        }
    }
}

/// What may come of fields that are not signed, of which this is the topmost.
fn consequence(role: Role, header: &Header, field: HeaderField<'_>, added: &str) -> String {
    let text = || printable(field.text().as_bytes());
    match role {
        Role::Answer => answer(header, field, added),
        Role::Subject => format!("anybody may have written “{}”", text()),
        Role::Display => {
            "anybody may have changed which part of the text is shown, and how".to_owned()
        }
        Role::Sender => format!(
            "anybody may have written “{}”, which some mail programs show beside the From",
            text()
        ),
        Role::Recipient => "the message may have been meant for somebody else".to_owned(),
        Role::Date => "the message may be older or newer than it says".to_owned(),
        Role::Conversation => {
            "a mail program may show the message in a conversation where it does not belong"
                .to_owned()
        }
    }
}

/// Where an answer goes.
fn answer(header: &Header, field: HeaderField<'_>, added: &str) -> String {
    let organization = |address: &String| {
        let domain = address_domain(address)?;
        Some(organizational_domain(&domain).to_owned())
    };
    let targets = answered_addresses(field, header.line_endings());
    let mut from = header.fields_named("from");
    let from = from.next().map_or(Vec::new(), |from| {
        addresses(from.value(), header.line_endings())
    });
    let authors: Vec<_> = from.iter().map(organization).collect();
    let stranger = targets.iter().find(|target| {
        let own = organization(target);
        own.is_none() || !authors.contains(&own)
    });
    match (stranger.or(targets.first()), from.first()) {
        (None, _) => format!("anybody may have added {added}, and an answer goes where it says"),
        (Some(target), Some(author)) if stranger.is_some() => format!(
            "anybody may have added {added}, and an answer goes to {}, not to {}: do not answer",
            escape(target),
            escape(author)
        ),
        (Some(target), _) => format!(
            "anybody may have added {added}, and an answer goes to {}",
            escape(target)
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::{LineEndings, parse};
    use crate::verify::Verifier;

    /// The sentences about a header with these fields, of which signatures with these `h=` pass.
    fn check(fields: &str, signed: &[&str], expected: &[&str]) {
        let signatures = signed.iter().map(|names| {
            format!(
                "DKIM-Signature: v=1; a=rsa-sha256; d=example.com; s=s; h={names};\r\n \
                 bh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=; b=YQ==\r\n"
            )
        });
        let message = format!("{}{fields}\r\n\r\n", signatures.collect::<String>());
        let (header, body) = parse(message.as_bytes(), LineEndings::Lenient).unwrap();
        let mut verification = Verifier::default().begin(header, 0);
        verification.body(body);
        let mut report = verification.finish();
        for verdict in &mut report.verdicts {
            verdict.reason = None;
        }
        let found = UnsignedField::find(&report);
        let found: Vec<_> = found
            .iter()
            .map(|field| field.warning(&report.who_did_not_sign()).message)
            .collect();
        assert_eq!(found, expected, "{fields:?} {signed:?}");
    }

    #[test]
    fn what_no_passing_signature_covers() {
        let fields = "From: joe@example.com\r\nSubject: Pay\r\nTo: sue@example.net";
        check(fields, &[], &[]);
        check(fields, &["from:subject:to"], &[]);
        check(fields, &["from:subject", "from:to"], &[]);
        let subject = "nobody signed the Subject: anybody may have written “Pay”";
        let to = "nobody signed the To: the message may have been meant for somebody else";
        check(fields, &["from"], &[subject, to]);
        check(fields, &["from:to", "from"], &[subject]);
    }

    #[test]
    fn instances_are_told_apart() {
        let two = "Subject: Closed\r\nFrom: joe@example.com\r\nSUBJECT: Invoice";
        check(
            two,
            &["from:subject"],
            &["nobody signed one of 2 Subject fields: anybody may have written “Closed”"],
        );
        check(two, &["from:subject:subject"], &[]);
        check(
            two,
            &["from"],
            &["nobody signed any of 2 Subject fields: anybody may have written “Closed”"],
        );
        check(
            "To: a\r\nTo: b\r\nFrom: joe@example.com\r\nTo: c",
            &["from:to"],
            &["nobody signed 2 of 3 To fields: the message may have been meant for somebody else"],
        );
    }

    #[test]
    fn it_is_said_where_an_answer_goes() {
        let check = |to: &str, expected: &str| {
            check(
                &format!("From: Joe <joe@example.com>\r\nReply-To: {to}"),
                &["from"],
                &[&format!(
                    "nobody signed the Reply-To: anybody may have added it, and an answer goes {expected}"
                )],
            );
        };
        check(
            "eve@example.net",
            "to eve@example.net, not to joe@example.com: do not answer",
        );
        check(
            "a@example.com, e@example.net",
            "to e@example.net, not to joe@example.com: do not answer",
        );
        // Malformed: a mail program may take either.
        check(
            "x <a@example.com> <e@example.net>",
            "to e@example.net, not to joe@example.com: do not answer",
        );
        check(
            "joe@[192.0.2.1]",
            "to joe@[192.0.2.1], not to joe@example.com: do not answer",
        );
        check("Joe <joe@mail.example.com>", "to joe@mail.example.com");
        check("nobody", "where it says");
    }
}
