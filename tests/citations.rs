//! Every section that is cited exists.
//!
//! `RFC NNNN §x.y` and `RFC NNNN Appendix X.y` are looked for, and what follows them (`, §z`).

use std::fs;
use std::path::{Path, PathBuf};

/// The sections of the RFCs that are cited. `3.1..4` stands for 3.1, 3.2, 3.3 and 3.4.
const SECTIONS: [(u32, &str); 68] = [
    (
        1034,
        "1..7 2.1..4 3.1..8 3.6.1..2 3.7.1..2 4.1..3 4.2.1..2 4.3.1..5 5.1..3 5.2.1..3 \
         5.3.1..3 6.1..3 6.2.1..8 6.3.1..2",
    ),
    (
        1035,
        "1..9 2.1..3 2.3.1..4 3.1..6 3.2.1..5 3.3.1..14 3.4.1..2 4.1..2 4.1.1..4 4.2.1..2 \
         5.1..3 6.1..5 6.1.1..3 6.4.1..3 7.1..4 8.1..2",
    ),
    (1421, "1..9 4.1..6 4.6.1..4 4.6.1.1..3"),
    (1952, "1..8 1.1..6 2.1..3 2.3.1 2.3.1.1..2"),
    (2045, "1..12 2.1..10 5.1..2 6.1..8 A"),
    (
        2046,
        "1..9 4.1..5 4.1.1..4 4.5.1..3 5.1..2 5.1.1..7 5.2.1..4 A",
    ),
    (2047, "1..9 4.1..2 6.1..3"),
    (2136, "1..10 2.1..5 3.1..8 3.4.1..2 3.4.2.1..7"),
    (
        2181,
        "1..15 4.1..2 5.1..5 5.3.1..2 5.4.1 6.1 7.1..3 10.1..3 10.1.1",
    ),
    (2231, "1..11 2.1 4.1"),
    (2308, "1..11 2.1..2 2.1.1 2.2.1 7.1..2"),
    (2369, "1..6 3.1..6"),
    (2919, "1..10"),
    (3110, "1..6"),
    (3279, "1..9 2.1..3 2.1.1..3 2.2.1..3 2.3.1..5"),
    (3596, "1..6 2.1..5 A"),
    (3597, "1..10"),
    (3676, "1..13 3.1..3 4.1..7"),
    (3986, "1..9 3.1..5"),
    (4033, "1..12 3.1..2"),
    (
        4034,
        "1..8 1.1..2 2.1..3 2.1.1..4 3.1..3 3.1.1..8 3.1.8.1 4.1..3 4.1.1..3 5.1..4 \
         5.1.1..4 6.1..3 A A.1..2 A.1.1 B B.1",
    ),
    (
        4035,
        "1..9 2.1..6 3.1..3 3.1.1..6 3.2.1..3 4.1..9 4.9.1..3 5.1..5 5.3.1..4",
    ),
    (4155, "1..7 A"),
    (
        4592,
        "1..6 1.1..4 1.3.1..3 2.1..3 2.1.1..3 2.2.1..3 3.1..3 3.3.1..3 4.1..9",
    ),
    (4251, "1..10 4.1..5 9.1..5"),
    (4253, "1..12 4.1..2 6.1..6 7.1..4"),
    (4648, "1..14 3.1..5"),
    (4871, "1..9 3.1..8 3.6.1..2"),
    (5011, "1..7 1.1 2.1..4 2.4.1..3"),
    (5234, "1..6 2.1..4 3.1..10 A B B.1..2"),
    (
        5280,
        "1..11 3.1..5 4.1..2 4.1.1..2 4.1.1.1..3 4.1.2.1..9 4.2.1..2 4.2.1.1..15 \
         4.2.2.1..2 5.1..3 6.1..3 7.1..5 A B C A.1..2",
    ),
    (
        5321,
        "1..10 2.1..4 2.2.1..3 2.3.1..11 3.1..9 3.6.1..3 3.9.1..2 4.1..5 4.1.1..5 \
         4.1.1.1..11 4.2.1..5 4.3.1..2 4.5.1..5 4.5.3.1..2 4.5.3.1.1..10 4.5.3.2.1..7 \
         4.5.4.1..2 5.1..2 6.1..4 7.1..9 A B C D E F G",
    ),
    (
        5322,
        "1..7 1.1..3 1.2.1..3 2.1..3 2.1.1..2 2.2.1..3 3.1..6 3.2.1..5 3.4.1 3.6.1..8 \
         4.1..5 4.5.1..8 7.1..2 A B C A.1..6 A.1.1..3 A.6.1..3",
    ),
    (5452, "1..12 2.1..2 4.1..6 7.1..2 8.1 9.1..3 9.2.1 12.1..2"),
    (5915, "1..6 A"),
    (5958, "1..8 1.1..2 A"),
    (6008, "1..7 7.1..2"),
    (6409, "1..10 8.1..8"),
    (
        6376,
        "1..9 1.1..5 2.1..11 3.1..11 3.3.1..4 3.4.1..5 3.6.1..2 3.6.2.1..2 4.1..2 5.1..6 \
         5.4.1..2 6.1..3 6.1.1..3 7.1..10 8.1..15 9.1..2 A B C D E F A.1..3 B.1..2 \
         B.1.1..4 B.2.1..3 C.1..2",
    ),
    (6532, "1..7 3.1..7"),
    (6604, "1..5"),
    (6605, "1..8 6.1..2"),
    (6672, "1..9 1.1 2.1..5 3.1..4 3.4.1 5.1..3 6.1..3"),
    (6840, "1..9 1.1..2 2.1..2 3.1 4.1..4 5.1..12 6.1..5"),
    (6891, "1..10 4.1..3 6.1..2 6.1.1..4 6.2.1..6"),
    (7208, "1..14 4.1..8 4.6.1..4 5.1..7 6.1..2 7.1..4"),
    (7292, "1..8 4.1..2 4.2.1..6 5.1..2"),
    (7468, "1..15 5.1..3 A B C"),
    (7489, "1..13 3.1..2 6.1..7 7.1..3 7.2.1..2 7.2.1.1..2 A B C"),
    (
        8017,
        "1..10 3.1..2 4.1..2 5.1..2 5.1.1..2 5.2.1..2 7.1..2 7.1.1..2 7.2.1..2 8.1..2 \
         8.1.1..2 8.2.1..2 9.1..2 9.1.1..2 A B C D E F A.1..2 A.1.1..2 A.2.1..4 B.1..2 \
         B.2.1",
    ),
    (
        8018,
        "1..10 4.1..2 5.1..2 6.1..2 6.1.1..2 6.2.1..2 7.1 7.1.1..2",
    ),
    (8020, "1..9 1.1 3.1..2"),
    (8032, "1..11 5.1..2 5.1.1..7 5.2.1..7 7.1..5 8.1..9 A"),
    (8080, "1..9 6.1..2"),
    (8301, "1..6 3.1..2"),
    (8410, "1..13 10.1..3"),
    (8460, "1..9"),
    (8463, "1..9 4.1..2 A A.1..3"),
    (8484, "1..11 4.1..2 4.1.1 4.2.1..2 5.1..4 8.1..2"),
    (
        8601,
        "1..8 1.1..6 1.5.1..5 2.1..7 2.7.1..7 4.1..2 6.1..8 7.1..13 8.1..2 A B C D E B.1..7",
    ),
    (8616, "1..9"),
    (8617, "1..13 4.1..3 4.1.1..4"),
    (8709, "1..10"),
    (8767, "1..14 14.1..2"),
    (8914, "1..7 1.1 4.1..25 5.1..2 7.1..2"),
    (9520, "1..7 1.1..3 2.1..7 3.1..4 7.1..2"),
    (9715, "1..8 3.1..2"),
    (
        9989,
        "1..12 2.1..4 3.1..2 3.2.1..17 4.1..10 4.4.1..3 4.10.1..2 5.1..4 5.1.1..8 5.3.1..9 \
         7.1..4 9.1..5 10.1..2 11.1..8 12.1..2 A B C A.1..6 B.1..5 B.1.1..2 B.2.1..5 B.3.1 \
         B.4.1..3 C.1..10 C.5.1..2",
    ),
];

/// The files that cite: where they are and how their names end.
const CITING: [(&str, &str); 9] = [
    ("src", ".rs"),
    ("tests", ".rs"),
    ("tests", ".md"),
    ("tests", ".py"),
    ("testdata", ".md"),
    ("testdata", ".py"),
    ("testdata", ".eml"),
    ("testdata", ".txt"),
    ("testdata", "zone"),
];

/// What a text says of a section.
#[derive(Debug, PartialEq)]
struct Citation {
    /// `None` for a section of nothing that was named.
    rfc: Option<u32>,
    section: String,
}

/// The citations of RFCs in a text; those of other documents (`X.690 §8.1`) are passed over.
fn citations(text: &str) -> Vec<Citation> {
    let mut found = Vec::new();
    let mut rfc = None;
    let mut other = false;
    let words =
        text.split(|character: char| character.is_whitespace() || "([{'\"".contains(character));
    let mut before = "";
    for word in words.filter(|word| !matches!(*word, "" | "//" | "///" | "//!" | "#")) {
        let number = word.get(..4).and_then(|digits| digits.parse().ok());
        if before == "RFC" && number.is_some() {
            (rfc, other) = (number, false);
        } else if word.starts_with("X.") {
            other = true;
        }
        let section = word
            .strip_prefix('§')
            .or((before == "Appendix").then_some(word));
        if let Some(section) = section.filter(|_| !other) {
            let end = section
                .find(|character: char| !character.is_ascii_alphanumeric() && character != '.');
            let section = section[..end.unwrap_or(section.len())]
                .trim_end_matches('.')
                .to_owned();
            found.push(Citation { rfc, section });
        }
        before = word;
    }
    found
}

/// Whether a list as in [`SECTIONS`] has the section.
fn has_section(sections: &str, section: &str) -> bool {
    sections.split_whitespace().any(|entry| {
        let Some((first, last)) = entry.split_once("..") else {
            return entry == section;
        };
        let split = |text: &str| -> (String, Option<u32>) {
            let (parent, number) = text.rsplit_once('.').unwrap_or(("", text));
            (parent.to_owned(), number.parse().ok())
        };
        let ((parent, first), (asked, number)) = (split(first), split(section));
        parent == asked && number >= first && number.is_some() && number <= last.parse().ok()
    })
}

fn check(citation: &Citation) -> Result<(), String> {
    let Citation { rfc, section } = citation;
    let rfc = rfc.ok_or(format!("§{section} of which RFC?"))?;
    let known = SECTIONS.iter().find(|known| known.0 == rfc);
    let (_, sections) = known.ok_or(format!("RFC {rfc} is not in SECTIONS yet (§{section})"))?;
    if has_section(sections, section) {
        Ok(())
    } else {
        Err(format!("RFC {rfc} has no §{section}"))
    }
}

fn files(folder: &Path, ending: &str, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, ending, found);
        } else if path.to_string_lossy().ends_with(ending) {
            found.push(path);
        }
    }
}

#[test]
fn cited_sections_exist() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut mistakes = Vec::new();
    let mut count = 0;
    for (folder, ending) in CITING {
        let mut paths = Vec::new();
        files(&root.join(folder), ending, &mut paths);
        for path in paths
            .iter()
            .filter(|path| !path.ends_with("tests/citations.rs"))
        {
            let octets = fs::read(path).unwrap();
            let text = String::from_utf8_lossy(&octets);
            for citation in citations(&text) {
                count += 1;
                if let Err(mistake) = check(&citation) {
                    mistakes.push(format!("{}: {mistake}", path.display()));
                }
            }
        }
    }
    mistakes.sort_unstable();
    mistakes.dedup();
    assert!(count > 100, "only {count} citations were found");
    assert!(mistakes.is_empty(), "{}", mistakes.join("\n"));
}

#[test]
fn citations_are_read() {
    let text = "(RFC 6376 §3.4.2, §5.4.\n/// X.690 §8.1; RFC 8463 Appendix A.3). RFC\n//! 8017 §A.1: 'RFC 5322 §2.1;'";
    let found: Vec<_> = citations(text)
        .into_iter()
        .map(|citation| (citation.rfc.unwrap_or(0), citation.section))
        .collect();
    let expected = [
        (6376, "3.4.2"),
        (6376, "5.4"),
        (8463, "A.3"),
        (8017, "A.1"),
        (5322, "2.1"),
    ];
    assert_eq!(
        found,
        expected.map(|(rfc, section)| (rfc, section.to_owned()))
    );
    for (section, there) in [
        ("8.15", true),
        ("8.16", false),
        ("3.6.2.2", true),
        ("3.5.1", false),
        ("A", true),
        ("G", false),
        ("", false),
    ] {
        assert_eq!(
            has_section("1..9 3.6.2.1..2 8.1..15 A", section),
            there,
            "{section:?}"
        );
    }
}
