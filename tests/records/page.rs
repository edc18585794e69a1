//! The page `docs/findings.md`, which is made from the codes.

use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs};

use dkim_toolkit::lint::{FindingCode, Part, Severity};

const BEGINNING: &str = "\
# What `dkim lookup` and `dkim record --check` find

Each finding has a code, a severity, a sentence and a remedy. The codes do not change. This page is made from the
code: `UPDATE_PAGES=1 cargo test --test main -- records::page` writes it anew.
";

fn severity_in_words(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => {
            "## Errors\n\nNo signature can be verified with the record, a private key is published, or what was \
             expected is not there.\n"
        }
        Severity::Warning => "## Warnings\n\nIt works, or works for some, and should be changed.\n",
        Severity::Note => "## Notes\n\nNothing is wrong; it is good to know.\n",
    }
}

fn page() -> String {
    let mut page = BEGINNING.to_owned();
    for severity in [Severity::Error, Severity::Warning, Severity::Note] {
        write!(
            page,
            "\n{}\n| code | meaning |\n|---|---|\n",
            severity_in_words(severity)
        )
        .unwrap();
        for code in FindingCode::ALL
            .iter()
            .filter(|code| code.severity() == severity)
        {
            writeln!(page, "| `{}` | {} |", code.name(), code.meaning()).unwrap();
        }
    }
    page.push_str(
        "\n## The parts of `key-damaged`\n\nThe key can be had back from some damage; then the corrected record has \
         it.\n\n| part | meaning | can be had back |\n|---|---|---|\n",
    );
    for part in Part::ALL {
        let back = if part.is_reversible() { "yes" } else { "no" };
        writeln!(page, "| `{}` | {} | {back} |", part.name(), part.meaning()).unwrap();
    }
    page
}

#[test]
fn the_page_is_what_the_codes_say() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/findings.md");
    let page = page();
    if env::var_os("UPDATE_PAGES").is_some() {
        fs::write(&path, &page).unwrap();
    }
    let written = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        written == page,
        "docs/findings.md is not what the code says: UPDATE_PAGES=1 cargo test --test main -- records::page"
    );
}
