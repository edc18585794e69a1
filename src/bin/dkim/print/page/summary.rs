//! The page of `dkim verify --summary --format html`.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use dkim_toolkit::explain::Cause;
use dkim_toolkit::verdict::WarningCode;
use maud::{Markup, html};

use super::bars::bar_with_words;
use super::frame::{self, Mood, first, shown};
use super::reason;
use super::words::{counted, grouped, marked, sentence, share, size};
use crate::print::time::rfc3339;
use crate::print::verify::{Pair, RESULTS, Row, Summary, shown_domain};

/// So many pairs of domain and selector are shown; `--json` has the others.
const MAX_ROWS: usize = 200;

/// The whole page; `now` is the time of the run, in Unix seconds.
pub fn page(summary: &Summary, now: u64) -> String {
    let title = format!("DKIM: {} verified", counted(summary.messages, "message"));
    let day = rfc3339(now).unwrap_or_default();
    let day = day.split('T').next().unwrap_or_default();
    let below = format!("{day} · {} of mail", size(summary.octets));
    let contents = html! {
        (what_first(summary))
        (totals(summary))
        @if !summary.rows.is_empty() { (by_selector(summary)) }
        (reasons(summary))
        (warnings(summary))
        @if let Some(causes) = &summary.causes { (what_happened(causes)) }
    };
    frame::page(&title, &below, &contents, now)
}

fn what_first(summary: &Summary) -> Markup {
    let unsigned = summary.results.get("none").copied().unwrap_or_default();
    if summary.messages == 0 {
        let lead = html! { "No message was read." };
        return first(Mood::Unsure, &lead, &unread(summary));
    }
    let rows = summary.rows();
    let worst = rows.first().filter(|(_, row)| row.fail() > 0);
    let Some(((domain, selector), row)) = worst else {
        let lead = match unsigned {
            0 if summary.not_aligned() > 0 => format!(
                "Every signature passes, and {} of {} are signed by other domains alone than that \
                 of the From: see which these are.",
                grouped(summary.not_aligned()),
                counted(summary.messages, "message")
            ),
            0 => "Nothing: every signature passes.".to_owned(),
            _ => format!(
                "No signature fails, and {} of {} have none: have what sends them sign.",
                grouped(unsigned),
                counted(summary.messages, "message")
            ),
        };
        let mood = if unsigned == 0 && summary.not_aligned() == 0 {
            Mood::Good
        } else {
            Mood::Unsure
        };
        return first(mood, &html! { (lead) }, &unread(summary));
    };
    let (domain, selector) = (domain.as_deref(), selector.as_deref());
    let whose = match (domain, selector) {
        (Some(domain), Some(selector)) => {
            format!("with a signature that names {domain} and the selector {selector}")
        }
        (Some(domain), None) => {
            format!("with a signature that names {domain} and no selector that can be read")
        }
        _ => "with a signature that names no domain".to_owned(),
    };
    let of_all = match row.pass {
        0 if row.messages == 1 => "The message".to_owned(),
        0 => format!("All {}", counted(row.messages, "message")),
        _ => format!(
            "{} of {}",
            grouped(row.fail()),
            counted(row.messages, "message")
        ),
    };
    let does = if row.fail() == 1 { "does" } else { "do" };
    let lead = shown(&format!("{of_all} {whose} {does} not pass."));
    let commonest = row.commonest();
    first(
        Mood::Bad,
        &html! { (lead) },
        &html! {
            @if let Some((code, count)) = commonest {
                p {
                    @if count < row.fail() { "The commonest reason, in " (grouped(count)) " of them: " }
                    @else { "The reason: " }
                    (reason::meaning(code)) "."
                }
                @if let Some(remedy) = reason::remedy(code, domain, selector) {
                    // What would be said by --explain was said.
                    @match commonest_cause(summary).filter(|_| remedy.contains("--explain")) {
                        Some((count, meaning, remedy)) => {
                            p {
                                "What happened most, to " (counted(count, "message"))
                                " of all: " (meaning)
                            }
                            @if let Some(remedy) = remedy { p { (marked(remedy)) } }
                        },
                        None => p { (marked(&remedy)) },
                    }
                }
            }
            (unread(summary))
        },
    )
}

fn unread(summary: &Summary) -> Markup {
    html! {
        @if summary.not_messages > 0 {
            p { (counted(summary.not_messages, "input")) " without a header: archives, documents, text. They are not counted as messages." }
        }
        @if summary.unreadable > 0 {
            p { (counted(summary.unreadable, "input")) " could not be read: the errors of the run say why." }
        }
    }
}

fn totals(summary: &Summary) -> Markup {
    let of = |name| summary.results.get(name).copied().unwrap_or_default();
    let (pass, none) = (of("pass"), of("none"));
    let failing = summary.messages - pass - none;
    let results = RESULTS.map(|name| (name, of(name)));
    let results = results.into_iter().filter(|(_, count)| *count > 0);
    let parts = [
        (Mood::Good, pass, "pass"),
        (Mood::Bad, failing, "do not pass"),
        (Mood::Unsure, none, "not signed"),
    ];
    html! {
        section.sheet {
            h2 { "Messages" }
            ul.tiles {
                li { b { (grouped(summary.messages)) } "messages" }
                @for (name, count) in results {
                    li {
                        b class=(mood(name).class()) { (grouped(count)) }
                        (name) " " span.soft { (share(count, summary.messages)) }
                    }
                }
            }
            @if summary.messages > 0 { (bar_with_words(&parts)) }
            @if pass > 0 {
                p { "Who signed the messages that pass:" }
                (bar_with_words(&[
                    (Mood::Good, summary.aligned, "signed for the From domain"),
                    (Mood::Unsure, summary.not_aligned(), "signed by other domains alone"),
                ]))
            }
        }
    }
}

fn mood(result: &str) -> Mood {
    match result {
        "pass" => Mood::Good,
        "fail" | "permerror" => Mood::Bad,
        _ => Mood::Unsure,
    }
}

fn by_selector(summary: &Summary) -> Markup {
    let rows = summary.rows();
    let (shown, left) = rows.split_at(rows.len().min(MAX_ROWS));
    html! {
        section.sheet {
            h2 { "By domain and selector" }
            table {
                thead { tr {
                    th scope="col" { "Domain, selector, key" }
                    th scope="col" { "Messages" }
                } }
                tbody {
                    @for (pair, row) in shown { (row_of(pair, row)) }
                    @if let Some(others) = others(left, &summary.further) { (others) }
                }
            }
        }
    }
}

fn row_of((domain, selector): &Pair, row: &Row) -> Markup {
    let name = |name: &Option<String>| shown(name.as_deref().unwrap_or("not readable"));
    let domain = domain
        .as_deref()
        .map_or("not readable".to_owned(), shown_domain);
    html! {
        tr {
            th scope="row" {
                p { (domain) }
                p.small { (name(selector)) @if !row.keys.is_empty() { " · " (row.keys_in_words()) } }
            }
            td { (counts(row)) }
        }
    }
}

fn counts(row: &Row) -> Markup {
    let mut reasons: Vec<_> = row.reasons.iter().collect();
    reasons.sort_by_key(|(code, count)| (Reverse(**count), **code));
    html! {
        (bar_with_words(&[(Mood::Good, row.pass, "pass"), (Mood::Bad, row.fail(), "fail")]))
        @for (code, count) in reasons {
            p.small.soft { (grouped(*count)) " " (code) }
        }
    }
}

/// The pairs that have no row of their own, in one.
fn others(left: &[(&Pair, &Row)], further: &Row) -> Option<Markup> {
    let sum = |of: fn(&Row) -> u64| left.iter().map(|(_, row)| of(row)).sum::<u64>() + of(further);
    let (messages, pass) = (sum(|row| row.messages), sum(|row| row.pass));
    let parts = [
        (Mood::Good, pass, "pass"),
        (Mood::Bad, messages - pass, "fail"),
    ];
    (messages > 0).then(|| {
        html! {
            tr {
                th scope="row" {
                    p { "all others" }
                    p.small { "dkim verify --summary --json has them" }
                }
                td { (bar_with_words(&parts)) }
            }
        }
    })
}

fn reasons(summary: &Summary) -> Markup {
    let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
    for row in summary.rows.values().chain([&summary.further]) {
        for (code, count) in &row.reasons {
            *counts.entry(code).or_default() += count;
        }
    }
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort_by_key(|(code, count)| (Reverse(*count), *code));
    let lines = counts.into_iter().map(|(code, count)| Line {
        code,
        count,
        meaning: Some(html! { (sentence(reason::meaning(code))) }),
        remedy: reason::remedy(code, None, None).map(|remedy| marked(&remedy)),
    });
    lines_of(
        "Why signatures do not pass",
        "Reason",
        &lines.collect::<Vec<_>>(),
    )
}

/// What is warned of, the worst first.
fn warnings(summary: &Summary) -> Markup {
    let lines = summary.warnings.iter().map(|(code, count)| Line {
        code: code.name(),
        count: *count,
        meaning: Some(marked(code.meaning())),
        remedy: code.remedy().map(marked),
    });
    lines_of("Warnings", "Warning", &lines.collect::<Vec<_>>())
}

/// The causes that `--explain` found.
fn what_happened(causes: &BTreeMap<&'static str, u64>) -> Markup {
    let mut causes: Vec<_> = causes.iter().collect();
    causes.sort_by_key(|(code, count)| (Reverse(**count), **code));
    let lines = causes.into_iter().map(|(code, count)| {
        let (meaning, remedy) = cause(code).unzip();
        Line {
            code,
            count: *count,
            meaning: meaning.map(marked),
            remedy: remedy.flatten().map(marked),
        }
    });
    lines_of(
        "What happened to messages",
        "Cause",
        &lines.collect::<Vec<_>>(),
    )
}

/// What so many messages have in common.
struct Line<'a> {
    code: &'a str,
    count: u64,
    /// What the code means, if that is known.
    meaning: Option<Markup>,
    remedy: Option<Markup>,
}

/// A table of lines, if there are any; `what` each of them is.
fn lines_of(title: &str, what: &str, lines: &[Line<'_>]) -> Markup {
    html! {
        @if !lines.is_empty() {
            section.sheet {
                h2 { (title) }
                table {
                    thead { tr {
                        th scope="col" { (what) ", and what to do" }
                        th.number.narrow scope="col" { "Messages" }
                    } }
                    tbody {
                        @for line in lines {
                            tr {
                                td {
                                    @if let Some(meaning) = &line.meaning {
                                        p { (meaning) }
                                        p.small.soft { code { (line.code) } }
                                    }
                                    @if let Some(remedy) = &line.remedy { p.small { (remedy) } }
                                }
                                td.number { (grouped(line.count)) }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// What happened to most messages, as far as it was searched for: to how many, what it means, and
/// what to do about it.
fn commonest_cause(summary: &Summary) -> Option<(u64, Markup, Option<&'static str>)> {
    let causes = summary.causes.as_ref()?.iter();
    let (code, count) = causes.max_by_key(|(code, count)| (**count, Reverse(**code)))?;
    let (meaning, remedy) = cause(code)?;
    Some((*count, marked(meaning), remedy))
}

/// What a cause or a warning means, and what to do about it.
fn cause(code: &str) -> Option<(&'static str, Option<&'static str>)> {
    let cause = Cause::ALL.iter().find(|cause| cause.name() == code);
    if let Some(cause) = cause {
        return Some((cause.meaning(), Some(cause.remedy())));
    }
    let warning = WarningCode::ALL
        .iter()
        .find(|warning| warning.name() == code)?;
    Some((warning.meaning(), warning.remedy()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(messages: u64, pass: u64) -> Row {
        let mut row = Row::default();
        (row.messages, row.pass) = (messages, pass);
        if messages > pass {
            row.reasons.insert("key-not-found", messages - pass);
        }
        row
    }

    #[test]
    fn the_largest_summary_is_a_small_page() {
        let mut summary = Summary::new(false);
        for number in 0..20_000_u64 {
            let pair = (Some(format!("d{number}.example")), Some("s".to_owned()));
            summary.rows.insert(pair, row(50, 50));
        }
        let worst = (Some("example.com".to_owned()), Some("s1".to_owned()));
        summary.rows.insert(worst, row(7, 3));
        (summary.messages, summary.further) = (1_000_027, row(20, 20));
        summary.results = [("pass", 1_000_023), ("permerror", 4)].into();
        let page = page(&summary, 1_796_000_000);
        for words in [
            "DKIM: 1,000,027 messages verified",
            "4 of 7 messages with a signature that names example.com and the selector s1 do not pass.",
            "<code>dkim lookup -s s1 -d example.com</code>",
            "all others",
            // All but the one and 199 others have 50 each, and there are 20 beyond.
            "990,070 pass",
        ] {
            assert!(page.contains(words), "{words}");
        }
        assert_eq!(page.matches("<th scope=\"row\">").count(), MAX_ROWS + 1);
        assert!(page.len() < 200_000, "{}", page.len());
    }

    #[test]
    fn names_are_escaped_wherever_they_come_from() {
        let mut summary = Summary::new(false);
        let hostile = "\"><script>alert(1)</script>\u{202e}\n".to_owned();
        let pair = (Some(hostile.clone()), Some(hostile));
        summary.rows.insert(pair, row(1, 0));
        summary.messages = 1;
        let page = page(&summary, 0);
        assert!(!page.contains("<script") && !page.contains('\u{202e}'));
        assert!(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;\\u{202e}\\n"));
    }
}
