//! What the page of an audit says of a selector.

use dkim_toolkit::alignment::Alignment;
use dkim_toolkit::audit::{AuditReport, SelectorReport, Source};
use dkim_toolkit::key::PublicKey;
use dkim_toolkit::lint::{NameStatus, Severity};
use maud::{Markup, html};

use super::findings::{findings, is_about, worst};
use crate::print::page::bars::bar_with_words;
use crate::print::page::frame::{Mood, badge, shown};
use crate::print::page::words::{counted, sentence};
use crate::print::time::distance;
use crate::print::time::{date, due_in_words};

/// The card of a selector.
pub fn selector(label: &str, selector: &SelectorReport, report: &AuditReport, now: u64) -> Markup {
    let (mood, word) = match (selector.status, worst(report, selector)) {
        (NameStatus::Found, Some(Severity::Error)) => (Mood::Bad, "a key, with errors"),
        (NameStatus::Found, Some(Severity::Warning)) => (Mood::Unsure, "usable, with warnings"),
        (status, _) => in_words(status),
    };
    let about = report
        .findings
        .iter()
        .filter(|finding| is_about(finding, selector));
    html! {
        article.selector {
            div.title {
                h3 { (label) }
                (badge(mood, word))
            }
            p { (sentence(&selector.report.detail)) }
            dl.facts {
                @if let Some(key) = &selector.key { dt { "Key" } dd { (key_in_words(key)) } }
                @if let Some(provider) = selector.provider {
                    dt { "Provider" }
                    dd { (provider.to_string()) }
                }
                @if let Some(target) = selector.report.chain.last() {
                    dt { "Alias of" }
                    dd { (shown(target.trim_end_matches('.'))) }
                }
                dt { "Known by" }
                dd { (known_by(&selector.sources)) }
                (times(selector, now))
                @if selector.alignment != Alignment::Strict {
                    dt { "Alignment" }
                    dd { (alignment(selector.alignment)) }
                }
                @if selector.in_messages > 0 {
                    dt { "Messages" }
                    dd { (counted(selector.in_messages, "message")) " signed with it" }
                }
                @if selector.passed + selector.failed > 0 {
                    dt { "By reports" }
                    dd {
                        (bar_with_words(&[
                            (Mood::Good, selector.passed, "pass"),
                            (Mood::Bad, selector.failed, "fail"),
                        ]))
                    }
                }
            }
            (findings(about))
            @if let Some(fixed) = &selector.report.fixed {
                p.soft { "The corrected record:" }
                pre { (shown(&format!("{} TXT {fixed}", selector.owner_name()))) }
            }
        }
    }
}

fn times(selector: &SelectorReport, now: u64) -> Markup {
    html! {
        @if let Some(first) = selector.first_seen {
            dt { "Age" }
            dd {
                @if selector.is_dated_by_name { "named after " } @else { "first seen " }
                (date(first)) " (" (distance(first, now)) ")"
                @if let Some(last) = selector.last_seen { ", last seen " (date(last)) }
            }
        }
        @if let Some(due) = selector.rotate_by {
            @let (words, is_late) = due_in_words(due, now);
            dt { "Replace" }
            dd class=[is_late.then_some("bad")] { (words) }
        }
    }
}

const fn in_words(status: NameStatus) -> (Mood, &'static str) {
    match status {
        NameStatus::Found => (Mood::Good, "usable"),
        NameStatus::Missing => (Mood::Bad, "no key"),
        NameStatus::Revoked => (Mood::Unsure, "revoked"),
        NameStatus::Invalid => (Mood::Bad, "not usable"),
        NameStatus::Mismatch => (Mood::Bad, "not as expected"),
        NameStatus::Temporary => (Mood::Unsure, "no answer"),
    }
}

fn key_in_words(key: &PublicKey) -> String {
    match key {
        PublicKey::Rsa(key) => format!("RSA, {} bits", key.bits()),
        _ => "Ed25519".to_owned(),
    }
}

fn known_by(sources: &[Source]) -> String {
    let words = sources.iter().map(|source| match source {
        Source::Named => "its name, as it was given",
        Source::Messages => "messages that it signed",
        Source::Reports => "aggregate reports",
        Source::Provider => "a guess: the provider's selector",
        Source::Table => "a guess: a usual selector",
        Source::Date => "a guess: a date",
        other => other.name(),
    });
    words.collect::<Vec<_>>().join("; ")
}

const fn alignment(alignment: Alignment) -> &'static str {
    match alignment {
        Alignment::Strict => "it signs as the domain itself",
        Alignment::Relaxed => "it signs as a domain of the same organization",
        Alignment::None => "it signs as another domain, which DMARC does not count",
    }
}
