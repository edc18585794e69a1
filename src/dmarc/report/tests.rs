mod any_bytes;
mod forms;
mod packed;

use super::*;

/// A report as a few lines: its metadata, and a line for each record.
fn described(report: &Report) -> String {
    let DateRange { begin, end } = report.date_range;
    let mut text = format!(
        "{} {} {begin}-{end} {}\n",
        report.org_name, report.report_id, report.domain
    );
    for record in &report.records {
        let address = record.source_ip.map_or("-".to_owned(), |ip| ip.to_string());
        let envelope = record.envelope_from.as_deref().unwrap_or("-");
        let passed =
            |passed: Option<bool>| passed.map_or("-", |passed| if passed { "+" } else { "!" });
        let PolicyEvaluated { dkim, spf } = record.policy_evaluated;
        text.push_str(&format!(
            "{} {address} {} {envelope} {}{}",
            record.count,
            record.header_from,
            passed(dkim),
            passed(spf)
        ));
        for signature in &record.signatures {
            let selector = signature.selector.as_deref().unwrap_or("-");
            let SignatureResult { domain, result, .. } = signature;
            text.push_str(&format!(" {selector}.{domain}:{result:?}"));
        }
        text.push('\n');
    }
    text
}

/// Checks what is read of a report.
fn check(xml: impl AsRef<[u8]>, expected: &str) {
    let report = Report::parse(xml.as_ref()).unwrap();
    assert_eq!(described(&report), expected);
}

/// A report with these records, in its plainest form.
fn plain(records: &str) -> String {
    format!(
        "<feedback><report_metadata><org_name>r.test</org_name><report_id>7</report_id>\
         <date_range><begin>1000</begin><end>2000</end></date_range></report_metadata>\
         <policy_published><domain>example.com</domain></policy_published>{records}</feedback>"
    )
}

const HEAD: &str = "r.test 7 1000-2000 example.com\n";

/// Checks what is read of records.
fn check_records(records: &str, expected: &str) {
    check(plain(records), &format!("{HEAD}{expected}"));
}

/// Checks why a report is not read.
fn check_error(xml: impl AsRef<[u8]>, expected: &str) {
    let error = Report::parse(xml.as_ref()).unwrap_err();
    assert_eq!(error.to_string(), expected);
}

#[test]
fn what_is_not_said_is_left_open() {
    check_records("", "");
    check_records(
        "<record><row><count>1</count></row></record>",
        "1 -  - --\n",
    );
    check_records(
        "<record><row><count> 12\n</count><source_ip>nowhere</source_ip></row>\
         <auth_results/></record>",
        "12 -  - --\n",
    );
    let signature = |inner: &str, expected: &str| {
        let records = format!(
            "<record><row><count>1</count></row><auth_results><dkim>{inner}</dkim></auth_results>\
             </record>"
        );
        check_records(&records, &format!("1 -  - --{expected}\n"));
    };
    signature("", "");
    signature("<result>none</result>", "");
    signature("<result>fail</result>", " -.:Fail");
    signature("<domain>a.test</domain>", " -.a.test:Unknown");
    signature("<domain>a.test</domain><selector/>", " -.a.test:Unknown");
    signature(
        "<selector> \n </selector><domain>a.test</domain>",
        " -.a.test:Unknown",
    );
    signature("<selector>s</selector>", " s.:Unknown");
}

#[test]
fn results_are_words_in_any_letter_case() {
    for (word, expected) in [
        ("pass", "Pass"),
        ("Pass", "Pass"),
        (" PASS ", "Pass"),
        ("fail", "Fail"),
        ("hardfail", "Fail"),
        ("softfail", "Fail"),
        ("none", "None"),
        ("policy", "Policy"),
        ("neutral", "Neutral"),
        ("temperror", "TempError"),
        ("PermError", "PermError"),
        ("unknown", "Unknown"),
        ("", "Unknown"),
    ] {
        let records = format!(
            "<record><row><count>1</count><policy_evaluated><dkim>{word}</dkim></policy_evaluated>\
             </row><auth_results><dkim><domain>a.test</domain><result>{word}</result></dkim>\
             </auth_results></record>"
        );
        let evaluated = match expected {
            "Pass" => "+",
            "Fail" if word == "fail" => "!",
            _ => "-",
        };
        check_records(
            &records,
            &format!("1 -  - {evaluated}- -.a.test:{expected}\n"),
        );
    }
}

#[test]
fn the_first_of_several_counts() {
    check_records(
        "<record><row><count></count><count>2</count><count>3</count></row>\
         <identifiers><header_from>a.test</header_from><header_from>b.test</header_from>\
         </identifiers></record>",
        "2 - a.test - --\n",
    );
    // A record has nothing of the one before it.
    check_records(
        "<record><row><count>1</count></row><identifiers><header_from>a.test</header_from>\
         </identifiers></record><record><row><count>2</count></row></record>",
        "1 - a.test - --\n2 -  - --\n",
    );
}

#[test]
fn what_is_missing_is_said() {
    let good = plain("<record><row><count>1</count></row></record>");
    for (part, path) in [
        ("<report_id>7</report_id>", "report_metadata/report_id"),
        ("<begin>1000</begin>", "report_metadata/date_range/begin"),
        ("<end>2000</end>", "report_metadata/date_range/end"),
        ("<domain>example.com</domain>", "policy_published/domain"),
        ("<count>1</count>", "record 1, row/count"),
    ] {
        check_error(
            good.replacen(part, "", 1),
            &format!("missing or empty: {path}"),
        );
    }
    let without = good.replacen("<org_name>r.test</org_name>", "", 1);
    check(&without, " 7 1000-2000 example.com\n1 -  - --\n");
    let email = good.replacen("<org_name>r.test</org_name>", "<email>d@r.test</email>", 1);
    check(&email, "d@r.test 7 1000-2000 example.com\n1 -  - --\n");
    check_error(
        plain("<record><row><count>1</count></row></record><record/>"),
        "missing or empty: record 2, row/count",
    );
    for (text, shown) in [
        ("-1", "-1"),
        ("+1", "+1"),
        ("1.5", "1.5"),
        ("1 000", "1 000"),
        ("99999999999999999999", "99999999999999999999"),
        ("x\u{1b}[2J", "x\\u{1b}[2J"),
    ] {
        check_error(
            good.replacen("<count>1<", &format!("<count>{text}<"), 1),
            &format!("not a number in record 1, row/count: \"{shown}\""),
        );
    }
}

#[test]
fn what_is_no_report_is_said() {
    for text in [
        "",
        " \n",
        "unused",
        "hello <feedback/>",
        "\0\u{1}",
        "<!-- a -->",
        "<?xml?>",
    ] {
        check_error(text, "it is not XML");
    }
    let root = |name: &str| {
        format!("it is not an aggregate report: its root element is \"{name}\", not \"feedback\"")
    };
    check_error("<!DOCTYPE html><html><p>x</html>", &root("html"));
    check_error("<x:feed\u{1b}back>", &root("x:feed\\u{1b}back"));
    check_error("<FEEDBACK/>", &root("FEEDBACK"));
    check_error("<feedback>", "the report is cut short in the report");
    check_error("<feedback><record", "the report is cut short in the report");
    check_error(
        "<feedback><record><row><x><y>",
        "the report is cut short in record 1, row",
    );
    check_error(
        "<feedback><record></feedback>",
        "the XML is wrong at byte 18: </feedback> in place of </record>",
    );
    check_error(
        "</feedback>",
        "the XML is wrong at byte 0: </feedback> ends nothing",
    );
    check_error(
        "<feedback><!x>",
        "the XML is wrong at byte 10: \"<!\" begins nothing that XML has",
    );
}

#[test]
fn every_limit_is_said() {
    check_error(
        vec![b' '; MAX_REPORT + 1],
        "the report has more than 64 MiB",
    );
    let nested = |depth: usize| "<x>".repeat(depth);
    check_error(
        format!("<feedback>{}", nested(MAX_DEPTH)),
        "elements are nested more than 32 deep in the report",
    );
    check_error(
        format!("<feedback>{}", nested(MAX_DEPTH - 1)),
        "the report is cut short in the report",
    );
    let long = "x".repeat(MAX_TEXT + 1);
    check_error(
        plain(&format!(
            "<record><row><count>{long}</count></row></record>"
        )),
        "more than 4096 bytes of text in record 1, row/count",
    );
    // What is not read may have any length.
    check_records(
        &format!("<record><row><count>1</count><x>{long}</x></row></record>"),
        "1 -  - --\n",
    );
    let record = "<record><row><count>1</count></row></record>";
    check_error(
        plain(&record.repeat(MAX_RECORDS + 1)),
        "the report has more than 100000 records",
    );
    let signatures = "<dkim><domain>a.test</domain></dkim>".repeat(MAX_SIGNATURES + 2);
    let records = format!(
        "<record><row><count>1</count></row><auth_results>{signatures}</auth_results></record>"
    );
    let report = Report::parse(plain(&records).as_bytes()).unwrap();
    assert_eq!(report.records[0].signatures.len(), MAX_SIGNATURES);
    assert_eq!(report.records[0].signatures_left_out, 2);
}

#[test]
fn no_entity_is_expanded() {
    let laughs = "<!DOCTYPE feedback [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;\">\
                  <!ENTITY file SYSTEM \"file:///etc/passwd\">]>";
    let report = plain("").replace("r.test", "&b;&file; &amp;&#65;&#x42;&#0;&");
    check(
        format!("{laughs}{report}"),
        "&b;&file; &AB&#0;& 7 1000-2000 example.com\n",
    );
}
