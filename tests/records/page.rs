//! The pages that are made from the code: `docs/findings.md` and `docs/providers.md`.

use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs};

use dkim_toolkit::finding::DomainCode;
use dkim_toolkit::lint::{FindingCode, Part, Severity};
use dkim_toolkit::provider::{Provider, Publication};

const FINDINGS: &str = "\
# What `dkim audit`, `dkim delegate`, `dkim lookup` and `dkim record --check` find

Each finding has a code, a severity, a sentence and a remedy. The codes do not change. `dkim lookup` and
`dkim record --check` examine one name or one record; `dkim audit` does so for every selector that it finds, and
examines the domain as a whole; `dkim delegate` examines the CNAME records that a provider asks for. This page is made
from the code: `UPDATE_PAGES=1 cargo test --test main -- records::page` writes it anew.
";

const OF_DOMAINS: &str = "
## Domains

`dkim audit` and `dkim delegate` alone find these. Each has a confidence as well: `certain`, `likely` or `guess`.

| code | severity | meaning |
|---|---|---|
";

const PROVIDERS: &str = "\
# Providers

The providers that `dkim` knows, with the name that `--provider` takes. A key is a provider's for certain where its name
is an alias of a target in this table, or where its domain is one that the provider signs with by default. A selector
in **bold** names the provider by itself, which is likely and not certain; any other only says what is worth asking
for.

In selectors, `<YYYYMMDD>`, `<YYYYMM>` and `<MMYY>` are dates; `<digits>` and `<id>` are known to the provider alone. In
targets, `<n>` is the number at the end of the selector, `<dashed>` the domain with hyphens for its dots.

This page is made from the table: `UPDATE_PAGES=1 cargo test --test main -- records::page` writes it anew.

| provider | `--provider` | published as | selectors | CNAME targets | default domain | source |
|---|---|---|---|---|---|---|
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

fn findings() -> String {
    let mut page = FINDINGS.to_owned();
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
    page.push_str(OF_DOMAINS);
    for severity in [Severity::Error, Severity::Warning, Severity::Note] {
        let codes = DomainCode::ALL.iter();
        for code in codes.filter(|code| code.severity() == severity) {
            let (name, meaning) = (code.name(), code.meaning());
            writeln!(page, "| `{name}` | {} | {meaning} |", severity.name()).unwrap();
        }
    }
    page
}

fn providers() -> String {
    let mut page = PROVIDERS.to_owned();
    for provider in Provider::all() {
        let published = match provider.publication() {
            Publication::Txt => "TXT",
            Publication::Cname => "CNAME",
            Publication::Either => "CNAME or TXT",
            _ => "NS of `_domainkey`",
        };
        let telling: Vec<&str> = provider.telling_selector_patterns().collect();
        let selector = |pattern: &str| {
            let weight = if telling.contains(&pattern) { "**" } else { "" };
            format!("{weight}`{pattern}`{weight}")
        };
        let selectors: Vec<String> = provider.selector_patterns().map(selector).collect();
        let quoted = |text: &dyn std::fmt::Display| format!("`{text}`");
        let targets: Vec<String> = provider.targets().iter().map(|each| quoted(each)).collect();
        let defaults = provider.default_domains().iter();
        let defaults: Vec<String> = defaults.map(|each| quoted(each)).collect();
        writeln!(
            page,
            "| {} | `{}` | {published} | {} | {} | {} | [source]({}) |",
            provider.name(),
            provider.id(),
            selectors.join(" "),
            targets.join(" "),
            defaults.join(" "),
            provider.source()
        )
        .unwrap();
    }
    page
}

#[test]
fn the_pages_are_what_the_code_says() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs");
    for (name, page) in [("findings.md", findings()), ("providers.md", providers())] {
        let path = folder.join(name);
        if env::var_os("UPDATE_PAGES").is_some() {
            fs::write(&path, &page).unwrap();
        }
        let written = fs::read_to_string(&path).unwrap_or_default();
        assert!(
            written == page,
            "docs/{name} is not what the code says: UPDATE_PAGES=1 cargo test --test main -- records::page"
        );
    }
}
