//! Records that are damaged in every way and in pairs of ways: what is said of them, counted. The
//! same seed gives the same records.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use dkim_toolkit::lint::{self, RecordReport};

/// A seeded generator of numbers (`SplitMix64`).
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next() % limit as u64).unwrap()
    }

    fn bytes(&mut self, count: usize) -> Vec<u8> {
        (0..count).map(|_| self.next().to_le_bytes()[0]).collect()
    }
}

pub(super) fn element(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let contents = parts.concat();
    let [.., high, low] = contents.len().to_be_bytes();
    let header = match (high, low) {
        (0, 0..=0x7f) => vec![tag, low],
        (0, _) => vec![tag, 0x81, low],
        _ => vec![tag, 0x82, high, low],
    };
    [header, contents].concat()
}

const RSA: &[u8] = &[6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 13, 1, 1, 1, 5, 0];
const EXPONENT: &[u8] = &[2, 3, 1, 0, 1];

/// A record before it is damaged.
#[derive(Clone)]
struct Original {
    text: String,
    modulus: Vec<u8>,
}

impl Original {
    /// A record of an RSA key: nothing but its size matters here, so the modulus is any odd number.
    fn new(numbers: &mut Numbers) -> Self {
        let size = [128, 256, 256, 256, 384, 512][numbers.below(6)];
        let mut modulus = numbers.bytes(size);
        modulus[0] |= 0x80;
        modulus[size - 1] |= 1;
        let extra = ["", "", "h=sha256; ", "t=s; "][numbers.below(4)];
        let original = Self {
            text: String::new(),
            modulus,
        };
        let key = STANDARD.encode(original.public_key());
        Self {
            text: format!("v=DKIM1; k=rsa; {extra}p={key}"),
            ..original
        }
    }

    fn public_key(&self) -> Vec<u8> {
        let modulus = element(2, &[&[0], &self.modulus]);
        let numbers = element(0x30, &[&modulus, EXPONENT]);
        element(
            0x30,
            &[&element(0x30, &[RSA]), &element(3, &[&[0], &numbers])],
        )
    }

    fn openssh(&self) -> String {
        let string = |bytes: &[u8]| {
            let length = u32::try_from(bytes.len()).unwrap().to_be_bytes();
            [&length[..], bytes].concat()
        };
        let modulus = string(&[&[0], self.modulus.as_slice()].concat());
        let key = [string(b"ssh-rsa"), string(&[1, 0, 1]), modulus].concat();
        format!("ssh-rsa {} root@mail", STANDARD.encode(key))
    }

    fn certificate(&self) -> String {
        let algorithm = element(
            0x30,
            &[&[6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 13, 1, 1, 11, 5, 0]],
        );
        let name = element(0x30, &[]);
        let dates = element(
            0x30,
            &[
                &element(0x17, &[b"260101000000Z"]),
                &element(0x17, &[b"270101000000Z"]),
            ],
        );
        let inner = element(
            0x30,
            &[
                &[0xa0, 3, 2, 1, 2, 2, 1, 7],
                &algorithm,
                &name,
                &dates,
                &name,
                &self.public_key(),
            ],
        );
        let signature = element(3, &[&[0], &self.modulus]);
        STANDARD.encode(element(0x30, &[&inner, &algorithm, &signature]))
    }
}

/// So many of a hundred records are told rightly, and so many are had back of those that can be.
const NAMED: usize = 92;
const UNDONE: usize = 97;

/// One way to damage a record.
struct Damage {
    /// The code and the part that must be told.
    told: &'static str,
    /// Whether the record can be had back.
    is_undone: bool,
    /// Whether only a whole key can be damaged so.
    needs_whole_key: bool,
    damage: fn(&Original, &str, &mut Numbers) -> String,
}

const fn damage(
    told: &'static str,
    is_undone: bool,
    damage: fn(&Original, &str, &mut Numbers) -> String,
) -> Damage {
    Damage {
        told,
        is_undone,
        needs_whole_key: false,
        damage,
    }
}

fn with_key(text: &str, change: impl FnOnce(&str) -> String) -> String {
    let (before, key) = text.split_once("p=").unwrap();
    format!("{before}p={}", change(key))
}

/// Where the first string of the record ends in the key.
fn first_string(key: &str, numbers: &mut Numbers) -> usize {
    [237, 255, 200, 64][numbers.below(4)].min(key.len() / 2)
}

pub(super) fn percent(text: &str) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() {
            encoded.push(char::from(byte));
        } else {
            write!(encoded, "%{byte:02X}").unwrap();
        }
    }
    encoded
}

pub(super) fn html(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('+', "&#43;")
        .replace('/', "&#x2F;")
        .replace('=', "&#61;")
}

fn pem(key: &str) -> String {
    let mut lines: Vec<String> = vec!["-----BEGIN PUBLIC KEY-----".to_owned()];
    lines.extend(
        key.as_bytes()
            .chunks(64)
            .map(|line| String::from_utf8_lossy(line).into_owned()),
    );
    lines.push("-----END PUBLIC KEY-----".to_owned());
    lines.join(" ")
}

const DAMAGES: [Damage; 16] = [
    damage("key-damaged/encoding", true, |_, text, _| {
        with_key(text, html)
    }),
    damage("key-damaged/encoding", true, |_, text, _| {
        with_key(text, percent)
    }),
    damage("key-damaged/encoding", true, |_, text, _| percent(text)),
    damage("key-damaged/doubled", true, |_, text, _| {
        with_key(text, |key| STANDARD.encode(key))
    }),
    damage("key-damaged/doubled", true, |_, text, numbers| {
        with_key(text, |key| {
            format!("{}{key}", &key[..first_string(key, numbers)])
        })
    }),
    damage("key-damaged/wrapper", true, |_, text, _| {
        with_key(text, pem)
    }),
    Damage {
        needs_whole_key: true,
        ..damage("key-damaged/wrapper", true, |original, text, _| {
            with_key(text, |_| original.openssh())
        })
    },
    Damage {
        needs_whole_key: true,
        ..damage("key-damaged/wrapper", true, |original, text, _| {
            with_key(text, |_| original.certificate())
        })
    },
    damage("key-damaged/order", true, |_, text, numbers| {
        with_key(text, |key| {
            let (first, second) = key.split_at(first_string(key, numbers));
            format!("{second}{first}")
        })
    }),
    damage("key-damaged/beginning", false, |_, text, numbers| {
        with_key(text, |key| key[first_string(key, numbers)..].to_owned())
    }),
    damage("key-damaged/middle", false, |_, text, numbers| {
        with_key(text, |key| {
            let start = 60 + numbers.below(key.len() / 2 - 30);
            let length = 1 + numbers.below(40);
            format!("{}{}", &key[..start], &key[start + length..])
        })
    }),
    damage("key-truncated", false, |_, text, numbers| {
        with_key(text, |key| {
            key[..40 + numbers.below(key.len() - 60)].to_owned()
        })
    }),
    damage("key-damaged/case", false, |_, text, _| {
        with_key(text, str::to_ascii_lowercase)
    }),
    damage("missing-semicolon", true, |_, text, numbers| {
        text.replacen("; p=", [" p=", ", p=", "\tp="][numbers.below(3)], 1)
    }),
    damage("algorithm-in-h", true, |_, text, _| {
        let text = text.replacen("h=sha256; ", "", 1);
        text.replacen("k=rsa", "k=rsa; h=rsa-sha256", 1)
    }),
    damage("line-break", true, |_, text, _| {
        with_key(text, |key| {
            let lines: Vec<String> = key
                .as_bytes()
                .chunks(64)
                .map(|line| String::from_utf8_lossy(line).into_owned())
                .collect();
            lines.join("\r\n")
        })
    }),
];

/// A damaged record, with what must be said of it.
struct Case {
    original: Original,
    text: String,
    told: BTreeSet<&'static str>,
    is_undone: bool,
    shown: String,
}

/// All single damages, and pairs of those that can come one after the other.
fn cases() -> Vec<Case> {
    let numbers = &mut Numbers(12);
    let mut cases = Vec::new();
    let mut pairs = Vec::new();
    for (first, before) in DAMAGES.iter().enumerate() {
        pairs.push((first, None));
        for (second, after) in DAMAGES.iter().enumerate() {
            // What ends the tags is done last; a lost piece hides what else is lost.
            let are_lost = !before.is_undone && !after.is_undone;
            let is_hidden = first == 2 || after.needs_whole_key || are_lost;
            // Letters of one case hide what was encoded before.
            let is_folded = after.told == "key-damaged/case";
            // h= is where the semicolon is missing.
            let is_doubled = (first, second) == (13, 14);
            if first != second && !is_hidden && !is_folded && !is_doubled {
                pairs.push((first, Some(second)));
            }
        }
    }
    // Each of them twice, of two records.
    for (first, second) in pairs.iter().chain(&pairs).copied() {
        let original = Original::new(numbers);
        let chosen: Vec<&Damage> = [Some(first), second]
            .into_iter()
            .flatten()
            .map(|at| &DAMAGES[at])
            .collect();
        let mut text = original.text.clone();
        let mut is_changed = true;
        for damage in &chosen {
            let damaged = (damage.damage)(&original, &text, numbers);
            is_changed &= damaged != text;
            text = damaged;
        }
        if !is_changed {
            continue;
        }
        let mut names: Vec<&str> = chosen.iter().map(|damage| damage.told).collect();
        // Of pieces in the wrong order, the first and the last one are the middle of the key.
        if names[0] == "key-damaged/order"
            && let Some(second) = names.get_mut(1)
            && matches!(*second, "key-damaged/beginning" | "key-truncated")
        {
            *second = "key-damaged/middle";
        }
        cases.push(Case {
            text,
            told: names.iter().copied().collect(),
            is_undone: chosen.iter().all(|damage| damage.is_undone),
            shown: format!("{first} {second:?} {}", names.join(" + ")),
            original,
        });
    }
    cases
}

fn told(report: &RecordReport) -> BTreeSet<String> {
    super::with_parts(&report.findings).into_iter().collect()
}

/// The record to publish: h= as it should be.
fn expected(case: &Case) -> String {
    if case.told.contains("algorithm-in-h") {
        let text = case.original.text.replacen("h=sha256; ", "", 1);
        text.replacen("k=rsa; ", "k=rsa; h=sha256; ", 1)
    } else {
        case.original.text.clone()
    }
}

#[test]
fn damage_is_told_for_what_it_is_and_undone() {
    let (mut named, mut undone, mut can_be_undone) = (0, 0, 0);
    let cases = cases();
    let mut missed = String::new();
    for case in &cases {
        let report = lint::record(case.text.as_bytes());
        let found = told(&report);
        if case.told.iter().all(|code| found.contains(*code)) {
            named += 1;
        } else {
            writeln!(missed, "named {found:?}: {}", case.shown).unwrap();
        }
        if case.is_undone {
            can_be_undone += 1;
            if report.fixed.as_deref() == Some(&expected(case)) {
                undone += 1;
            } else {
                writeln!(missed, "not undone, {found:?}: {}", case.shown).unwrap();
            }
        } else {
            // A piece of a certificate may still hold the key.
            let fixed = report.fixed.as_deref();
            assert!(
                fixed.is_none_or(|fixed| fixed == expected(case)),
                "{}",
                case.shown
            );
        }
    }
    let count = cases.len();
    let figures = format!("{named} of {count} named, {undone} of {can_be_undone} undone");
    assert!(count >= 200, "{figures}");
    assert!(named * 100 >= count * NAMED, "{missed}{figures}");
    assert!(undone * 100 >= can_be_undone * UNDONE, "{missed}{figures}");
}
