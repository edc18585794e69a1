//! Reports in the forms that reporters write, packed as they pack them.

use std::fs;
use std::io::Write as _;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder};
use rawzip::{CompressionMethod, ZipArchiveWriter};

/// When the first report begins, in Unix seconds.
pub const BEGIN: u64 = 1_767_225_600;
pub const DAY: u64 = 86_400;

/// A row of a report: the count, and the domain, selector and result of each signature.
type Row<'a> = (u64, &'a [(&'a str, &'a str, &'a str)]);

/// What report number `number` counts.
fn rows(number: u64) -> [Row<'static>; 3] {
    [
        (number + 1, &[("example.com", "s2026", "pass")]),
        (
            2,
            &[
                ("example.com", "s2025", "fail"),
                ("esp.test", "k1", "pass"),
                ("esp.test", "k1", "pass"),
            ],
        ),
        (1, &[("example.com", "", "pass")]),
    ]
}

/// A report in a form, of 10.
pub fn report(form: u64, number: u64) -> Vec<u8> {
    let rows: String = rows(number).iter().map(|row| record(form, row)).collect();
    let (begin, end) = (BEGIN + number * DAY, BEGIN + number * DAY + DAY - 1);
    let metadata = format!(
        "<report_metadata><org_name>Receiver {form} &amp; Co</org_name><email>d@r{form}.test</email>\
         <report_id>{number}</report_id><date_range><begin>{begin}</begin><end> {end} </end>\
         </date_range></report_metadata>"
    );
    let policy = "<policy_published><domain>example.com</domain><adkim>r</adkim><p>none</p>\
                  </policy_published>";
    let feedback = |start: &str, inner: &str| {
        let name = start.split(' ').next().unwrap();
        format!("<{start}>{inner}</{name}>")
    };
    let in_order = format!("<version>1.0</version>{metadata}{policy}{rows}");
    let declared = |encoding: &str| format!("<?xml version=\"1.0\" encoding=\"{encoding}\"?>\n");
    let text = match form {
        // RFC 9990, with an extension.
        0 => {
            let extension = "<extension xmlns:x=\"x:x\"><x:record/><record/></extension>";
            let root = "feedback xmlns=\"urn:ietf:params:xml:ns:dmarc-2.0\"";
            declared("UTF-8") + &feedback(root, &format!("{extension}{in_order}"))
        }
        // Without a namespace, indented.
        1 => declared("UTF-8") + &feedback("feedback", &in_order.replace("><", ">\n  <")),
        // A byte order mark, CRLF, namespaces that are not used.
        2 => {
            let root = "feedback xmlns:xsd=\"http://www.w3.org/2001/XMLSchema\" \
                        xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance'";
            format!(
                "\u{feff}{}",
                feedback(root, &in_order.replace("><", ">\r\n<"))
            )
        }
        // The policy and the metadata behind the records, and no declaration.
        3 => feedback("feedback", &format!("{rows}{policy}{metadata}")),
        // The namespace of the older form, with a prefix.
        4 => {
            let inner = in_order.replace('<', "<ns2:").replace("<ns2:/", "</ns2:");
            feedback(
                "ns2:feedback xmlns:ns2=\"http://dmarc.org/dmarc-xml/0.1\"",
                &inner,
            )
        }
        // A document type, comments, another encoding declared than there is.
        5 => {
            let inner = in_order.replace("<record>", "<!-- <record> --><record>");
            let doctype = "<!DOCTYPE feedback SYSTEM \"https://r.test/rua.dtd\">";
            format!(
                "{}{doctype}{}",
                declared("UTF-16"),
                feedback("feedback", &inner)
            )
        }
        // The first draft, and a URL that nobody escaped.
        6 => {
            let inner = in_order.replace("identifiers>", "identities>");
            let contact = "<extra_contact_info>https://r.test/?a=1&b=2</extra_contact_info>";
            feedback(
                "feedback",
                &inner.replace("<report_id>", &format!("{contact}<report_id>")),
            )
        }
        // A schema that is left open.
        7 => feedback("feedback", &format!("<xs:schema xmlns:xs=\"x\">{in_order}")),
        // Latin-1, capitals, CDATA.
        8 => {
            let inner = in_order.replace(">example.com<", "><![CDATA[EXAMPLE.com]]><");
            let inner = inner
                .replace(">pass<", ">Pass<")
                .replace("Receiver", "\u{c9}metteur");
            let text = declared("ISO-8859-1") + &feedback("feedback", &inner);
            return text
                .chars()
                .map(|letter| u8::try_from(u32::from(letter)).unwrap())
                .collect();
        }
        // UTF-16.
        _ => {
            let text = declared("UTF-16") + &feedback("feedback", &in_order);
            return format!("\u{feff}{text}")
                .encode_utf16()
                .flat_map(u16::to_le_bytes)
                .collect();
        }
    };
    text.into_bytes()
}

/// A row, with what differs between the forms.
fn record(form: u64, (count, signatures): &Row<'_>) -> String {
    let signature = |(domain, selector, result): &(&str, &str, &str)| {
        let selector = match (*selector, form % 3) {
            ("", 0) => String::new(),
            ("", 1) => "<selector/>".to_owned(),
            (selector, _) => format!("<selector>\n {selector}</selector>"),
        };
        let (domain, result) = (
            format!("<domain>{domain}</domain>"),
            format!("<result>{result}</result>"),
        );
        if form.is_multiple_of(2) {
            format!("<dkim>{domain}{selector}{result}<human_result/></dkim>")
        } else {
            format!("<dkim>{domain}{result}{selector}</dkim>")
        }
    };
    let signatures: String = signatures.iter().map(signature).collect();
    let row = format!(
        "<row><source_ip>192.0.2.1</source_ip><count> {count}</count><policy_evaluated>\
         <disposition>none</disposition><dkim>pass</dkim><spf>fail</spf></policy_evaluated></row>"
    );
    let identifiers = "<identifiers><envelope_to>r.test</envelope_to>\
                       <header_from>example.com</header_from></identifiers>";
    let results = format!(
        "<auth_results>{signatures}<spf><domain>x.test</domain><selector>no</selector>\
         <result>pass</result></spf></auth_results>"
    );
    if form.is_multiple_of(2) {
        format!("<record>{row}{identifiers}{results}</record>")
    } else {
        format!("<record>{results}{identifiers}{row}</record>")
    }
}

pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

pub fn zip(name: &str, bytes: &[u8]) -> Vec<u8> {
    let mut archive = ZipArchiveWriter::new(Vec::new());
    let file = archive
        .new_file(name)
        .compression_method(CompressionMethod::DEFLATE);
    let (mut entry, config) = file.start().unwrap();
    let mut writer = config.wrap(DeflateEncoder::new(&mut entry, Compression::fast()));
    writer.write_all(bytes).unwrap();
    let (encoder, descriptor) = writer.finish().unwrap();
    encoder.finish().unwrap();
    entry.finish(descriptor).unwrap();
    archive.finish().unwrap()
}

/// A message with an attachment.
pub fn mail(name: &str, kind: &str, attachment: &[u8]) -> Vec<u8> {
    let encoded = STANDARD.encode(attachment);
    let lines: Vec<&str> = encoded
        .as_bytes()
        .chunks(76)
        .map(|line| str::from_utf8(line).unwrap())
        .collect();
    format!(
        "From: dmarc@r.test\nSubject: Report Domain: example.com\nMIME-Version: 1.0\n\
         Content-Type: multipart/mixed;\n boundary=\"=_part 1\"\n\n--=_part 1\n\
         Content-Type: text/plain\n\nA report is attached.\n\n--=_part 1\n\
         Content-Type: {kind}; name=\"{name}\"\nContent-Disposition: attachment\n\
         Content-Transfer-Encoding: base64\n\n{}\n--=_part 1--\n",
        lines.join("\n")
    )
    .into_bytes()
}

/// Puts 50 reports into a folder: ten forms, each packed in five ways.
pub fn make_reports(folder: &Path) {
    for name in ["reports/2026/b", "reports/mail/cur", "reports/mail/new"] {
        fs::create_dir_all(folder.join(name)).unwrap();
    }
    let mut mbox = Vec::new();
    for number in 0..50 {
        let (form, packing) = (number % 10, number / 10);
        let xml = report(form, number);
        let name = format!("r{form}.test!example.com!{number}");
        let (path, bytes) = match packing {
            0 => (format!("{name}.xml"), xml),
            1 => (format!("2026/{name}.xml.gz"), gzip(&xml)),
            2 => (format!("2026/b/{name}.zip"), zip("report.xml", &xml)),
            3 => {
                let attachment = zip("a.xml", &xml);
                (
                    format!("mail/cur/{number}:2,S"),
                    mail(&name, "application/zip", &attachment),
                )
            }
            _ => {
                mbox.extend_from_slice(b"From dmarc@r.test Sat Jan  3 01:05:34 2026\n");
                mbox.extend(mail(&name, "application/gzip", &gzip(&xml)));
                mbox.push(b'\n');
                continue;
            }
        };
        fs::write(folder.join("reports").join(path), bytes).unwrap();
    }
    fs::write(folder.join("reports/mbox"), mbox).unwrap();
    // Hidden files are none of them.
    fs::write(folder.join("reports/.hidden.xml"), "<x/>").unwrap();
}
