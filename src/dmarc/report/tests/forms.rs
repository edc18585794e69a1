//! The forms that reporters write, each as a small report of its own.

use super::check;

#[test]
fn the_form_of_rfc_9990() {
    check(
        r#"<?xml version="1.0" encoding="UTF-8"?>
<feedback xmlns="urn:ietf:params:xml:ns:dmarc-2.0">
  <version>1.0</version>
  <report_metadata>
    <org_name>Receiver</org_name>
    <email>dmarc@receiver.test</email>
    <extra_contact_info>https://receiver.test/?a=1&amp;b=2</extra_contact_info>
    <report_id>3v98abbp8ya9n3va8yr8oa3ya</report_id>
    <date_range><begin>1767225600</begin><end>1767311999</end></date_range>
    <generator>Reporter 2.1</generator>
  </report_metadata>
  <policy_published>
    <domain>example.com</domain>
    <discovery_method>treewalk</discovery_method>
    <p>quarantine</p><sp>none</sp><np>none</np><adkim>s</adkim>
    <testing>n</testing>
  </policy_published>
  <extension xmlns:x="https://x.test/">
    <x:record><x:count>1</x:count></x:record>
  </extension>
  <record>
    <row>
      <source_ip>2001:db8::25</source_ip>
      <count>123</count>
      <policy_evaluated>
        <disposition>pass</disposition><dkim>pass</dkim><spf>fail</spf>
      </policy_evaluated>
    </row>
    <identifiers>
      <envelope_from>bounce.example.com</envelope_from>
      <header_from>example.com</header_from>
    </identifiers>
    <auth_results>
      <dkim>
        <domain>example.com</domain>
        <selector>s2026</selector>
        <result>pass</result>
        <human_result lang="en">all &lt;fine&gt;</human_result>
      </dkim>
      <dkim>
        <domain>sender.test</domain>
        <selector>k1</selector>
        <result>permerror</result>
      </dkim>
      <spf><domain>bounce.example.com</domain><scope>mfrom</scope><result>pass</result></spf>
    </auth_results>
    <extension><x:dkim xmlns:x="https://x.test/"><x:domain>b.test</x:domain></x:dkim></extension>
  </record>
</feedback>
"#,
        "Receiver 3v98abbp8ya9n3va8yr8oa3ya 1767225600-1767311999 example.com\n\
         123 2001:db8::25 example.com bounce.example.com +! \
         s2026.example.com:Pass k1.sender.test:PermError\n",
    );
}

#[test]
fn as_google_writes_them() {
    // Without a namespace; the result before the selector; signatures of others, and one twice.
    check(
        r#"<?xml version="1.0" encoding="UTF-8" ?>
<feedback>
  <report_metadata>
    <org_name>google.test</org_name>
    <email>noreply-dmarc-support@google.test</email>
    <extra_contact_info>https://support.google.test/a/answer/2466580</extra_contact_info>
    <report_id>17288414498812345678</report_id>
    <date_range>
      <begin>1767225600</begin>
      <end>1767311999</end>
    </date_range>
  </report_metadata>
  <policy_published>
    <domain>example.com</domain>
    <adkim>r</adkim><aspf>r</aspf><p>reject</p><sp>reject</sp><pct>100</pct><np>reject</np>
  </policy_published>
  <record>
    <row>
      <source_ip>192.0.2.10</source_ip>
      <count>4</count>
      <policy_evaluated>
        <disposition>none</disposition>
        <dkim>pass</dkim>
        <spf>fail</spf>
        <reason><type>local_policy</type><comment>arc=pass</comment></reason>
      </policy_evaluated>
    </row>
    <identifiers>
      <header_from>example.com</header_from>
    </identifiers>
    <auth_results>
      <dkim>
        <domain>example.com</domain>
        <result>pass</result>
        <selector>google</selector>
      </dkim>
      <dkim>
        <domain>example.com</domain>
        <result>pass</result>
        <selector>google</selector>
      </dkim>
      <dkim>
        <domain>list.test</domain>
        <result>fail</result>
        <selector>20230601</selector>
      </dkim>
      <spf>
        <domain>list.test</domain>
        <result>pass</result>
      </spf>
    </auth_results>
  </record>
</feedback>
"#,
        "google.test 17288414498812345678 1767225600-1767311999 example.com\n\
         4 192.0.2.10 example.com - +! google.example.com:Pass google.example.com:Pass \
         20230601.list.test:Fail\n",
    );
}

#[test]
fn as_microsoft_writes_them() {
    // A byte order mark, other namespaces on the root, the envelope's recipient.
    check(
        "\u{feff}<?xml version=\"1.0\"?>\r\n\
         <feedback xmlns:xsd=\"http://www.w3.org/2001/XMLSchema\" \
         xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\">\r\n\
         <version>1.0</version>\r\n\
         <report_metadata>\r\n<org_name>Enterprise Outlook</org_name>\r\n\
         <email>dmarcreport@microsoft.test</email>\r\n\
         <report_id>0123456789abcdef0123456789abcdef</report_id>\r\n\
         <date_range>\r\n<begin>1767225600</begin>\r\n<end>1767312000</end>\r\n</date_range>\r\n\
         </report_metadata>\r\n\
         <policy_published>\r\n<domain>example.com</domain>\r\n<adkim>r</adkim>\r\n\
         <aspf>r</aspf>\r\n<p>none</p>\r\n<sp>none</sp>\r\n<pct>100</pct>\r\n<fo>0</fo>\r\n\
         </policy_published>\r\n\
         <record>\r\n<row>\r\n<source_ip>198.51.100.7</source_ip>\r\n<count>31</count>\r\n\
         <policy_evaluated>\r\n<disposition>none</disposition>\r\n<dkim>pass</dkim>\r\n\
         <spf>pass</spf>\r\n</policy_evaluated>\r\n</row>\r\n\
         <identifiers>\r\n<envelope_to>outlook.test</envelope_to>\r\n\
         <envelope_from>example.com</envelope_from>\r\n<header_from>example.com</header_from>\r\n\
         </identifiers>\r\n\
         <auth_results>\r\n<dkim>\r\n<domain>example.com</domain>\r\n\
         <selector>selector1</selector>\r\n<result>pass</result>\r\n</dkim>\r\n\
         <spf>\r\n<domain>example.com</domain>\r\n<scope>mfrom</scope>\r\n\
         <result>pass</result>\r\n</spf>\r\n</auth_results>\r\n</record>\r\n</feedback>",
        "Enterprise Outlook 0123456789abcdef0123456789abcdef 1767225600-1767312000 example.com\n\
         31 198.51.100.7 example.com example.com ++ selector1.example.com:Pass\n",
    );
}

#[test]
fn as_yahoo_writes_them() {
    // No version; white space around texts; the selector may be missing.
    check(
        "<?xml version=\"1.0\"?>\n<feedback>\n  <report_metadata>\n    <org_name>Yahoo</org_name>\n\
         <email>dmarchelp@yahoo.test</email><report_id>1767312345.678901</report_id>\n\
         <date_range>\n<begin>1767225600</begin>\n<end>1767311999 </end>\n</date_range>\n\
         </report_metadata>\n<policy_published>\n<domain>example.com</domain><adkim>r</adkim>\n\
         <aspf>r</aspf><p>none</p><pct>100</pct></policy_published>\n<record>\n<row>\n\
         <source_ip>203.0.113.5</source_ip>\n<count>  2  </count>\n<policy_evaluated>\n\
         <disposition>none</disposition><dkim>pass</dkim><spf>pass</spf></policy_evaluated>\n\
         </row>\n<identifiers><header_from>example.com</header_from></identifiers>\n\
         <auth_results>\n<dkim><domain>example.com</domain><result>pass</result></dkim>\n\
         <spf><domain>example.com</domain><result>pass</result></spf></auth_results>\n</record>\n\
         </feedback>\n",
        "Yahoo 1767312345.678901 1767225600-1767311999 example.com\n\
         2 203.0.113.5 example.com - ++ -.example.com:Pass\n",
    );
}

#[test]
fn as_mail_ru_writes_them() {
    // On one line; a record without a signature; an empty selector.
    check(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?><feedback><report_metadata><date_range>\
         <begin>1767225600</begin><end>1767312000</end></date_range><email>d@mail.test</email>\
         <extra_contact_info>http://help.mail.test/mail-help</extra_contact_info>\
         <org_name>Mail.Ru</org_name><report_id>123456789012345678901767225600</report_id>\
         </report_metadata><policy_published><adkim>r</adkim><aspf>r</aspf>\
         <domain>example.com</domain><p>quarantine</p><pct>100</pct><sp>quarantine</sp>\
         </policy_published><record><auth_results><dkim><domain>example.com</domain>\
         <result>pass</result><selector></selector></dkim><spf><domain>example.com</domain>\
         <result>pass</result><scope>mfrom</scope></spf></auth_results><identifiers>\
         <header_from>example.com</header_from></identifiers><row><count>1</count>\
         <policy_evaluated><disposition>none</disposition><dkim>pass</dkim><spf>pass</spf>\
         </policy_evaluated><source_ip>192.0.2.1</source_ip></row></record><record><auth_results>\
         <spf><domain>example.com</domain><result>softfail</result></spf></auth_results>\
         <identifiers><header_from>example.com</header_from></identifiers><row><count>2</count>\
         <policy_evaluated><disposition>quarantine</disposition><dkim>fail</dkim><spf>fail</spf>\
         </policy_evaluated><source_ip>192.0.2.2</source_ip></row></record></feedback>",
        "Mail.Ru 123456789012345678901767225600 1767225600-1767312000 example.com\n\
         1 192.0.2.1 example.com - ++ -.example.com:Pass\n\
         2 192.0.2.2 example.com - !!\n",
    );
}

#[test]
fn as_mail_services_write_them() {
    // The namespace of the older form, and one with a prefix: Amazon SES, Mimecast and others.
    for (root, prefix) in [
        ("feedback xmlns=\"http://dmarc.org/dmarc-xml/0.1\"", ""),
        (
            "ns2:feedback xmlns:ns2=\"http://dmarc.org/dmarc-xml/0.1\"",
            "ns2:",
        ),
        (
            "d:feedback xmlns:d='urn:ietf:params:xml:ns:dmarc-2.0' d:v='>'",
            "d:",
        ),
    ] {
        let end = root.split(' ').next().unwrap();
        let inner = "<report_metadata><org_name>AMAZON-SES</org_name>\
                     <report_id>01f0-4d1e</report_id><date_range><begin>1767225600</begin>\
                     <end>1767312000</end></date_range></report_metadata>\
                     <policy_published><domain>example.com</domain></policy_published>\
                     <record><row><source_ip>192.0.2.3</source_ip><count>5</count></row>\
                     <identifiers><envelope_from/><header_from>example.com</header_from>\
                     </identifiers><auth_results><dkim><domain>example.com</domain>\
                     <selector>abcdefghij</selector><result>pass</result></dkim></auth_results>\
                     </record>";
        let inner = inner.replace('<', &format!("<{prefix}"));
        let inner = inner.replace(&format!("<{prefix}/"), &format!("</{prefix}"));
        check(
            format!(
                "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?><{root}>{inner}</{end}>"
            ),
            "AMAZON-SES 01f0-4d1e 1767225600-1767312000 example.com\n\
             5 192.0.2.3 example.com - -- abcdefghij.example.com:Pass\n",
        );
    }
}

#[test]
fn as_comcast_and_gmx_write_them() {
    // A document type, comments, a declared encoding that is not the true one, capitals.
    for declared in ["UTF-16", "ISO-8859-1", "windows-1252", "US-ASCII"] {
        check(
            format!(
                "\n<?xml version=\"1.0\" encoding=\"{declared}\"?>\
                 <!DOCTYPE feedback SYSTEM \"https://dmarc.test/rua.dtd\"><!-- d\u{e4}ily -->\
                 <feedback ><report_metadata><org_name><![CDATA[GMX & Co]]></org_name>\
                 <report_id>ed1e&#98;</report_id><date_range><begin>1767225600</begin>\
                 <end>1767312000</end></date_range><error>none</error></report_metadata>\
                 <policy_published><domain>Example.COM</domain></policy_published>\
                 <record><row><source_ip>192.0.2.4</source_ip><count>6</count>\
                 <policy_evaluated><dkim>Pass</dkim><spf>FAIL</spf></policy_evaluated></row>\
                 <identifiers><header_from>Example.COM</header_from></identifiers>\
                 <auth_results><dkim><domain>Example.COM</domain><selector>S1</selector>\
                 <result>Pass</result></dkim></auth_results></record></feedback >"
            ),
            "GMX & Co ed1eb 1767225600-1767312000 Example.COM\n\
             6 192.0.2.4 Example.COM - +! S1.Example.COM:Pass\n",
        );
    }
}

#[test]
fn as_the_first_draft_had_them() {
    // `identities`, no policy_evaluated, contact data that nobody escaped.
    check(
        "<feedback><report_metadata><org_name>old.test</org_name><email>a@old.test</email>\
         <extra_contact_info>http://old.test/?a=1&b=2&</extra_contact_info>\
         <report_id>old.test:1538463741</report_id><date_range><begin>1538413632</begin>\
         <end>1538413632</end></date_range></report_metadata><policy_published>\
         <domain>example.com</domain></policy_published><record><row>\
         <source_ip>192.0.2.5</source_ip><count>1</count></row><identities>\
         <header_from>example.com</header_from></identities><auth_results><dkim>\
         <domain>example.com</domain><selector>none</selector><result>none</result></dkim>\
         </auth_results></record></feedback>",
        "old.test old.test:1538463741 1538413632-1538413632 example.com\n\
         1 192.0.2.5 example.com - -- none.example.com:None\n",
    );
}

#[test]
fn with_a_schema_that_is_left_open() {
    check(
        "<feedback><xs:schema xmlns:xs=\"http://www.w3.org/2001/XMLSchema\">\
         <report_metadata><org_name>open.test</org_name><report_id>1</report_id><date_range>\
         <begin>1</begin><end>2</end></date_range></report_metadata><policy_published>\
         <domain>example.com</domain></policy_published></feedback>",
        "open.test 1 1-2 example.com\n",
    );
}

#[test]
fn in_utf_16() {
    let report = "<?xml version=\"1.0\" encoding=\"utf-16\"?><feedback><report_metadata>\
                  <org_name>D\u{e4}</org_name><report_id>1</report_id><date_range>\
                  <begin>1</begin><end>2</end></date_range></report_metadata><policy_published>\
                  <domain>example.com</domain></policy_published></feedback>";
    let units = || report.encode_utf16();
    let little: Vec<u8> = units().flat_map(u16::to_le_bytes).collect();
    let big: Vec<u8> = units().flat_map(u16::to_be_bytes).collect();
    for bytes in [
        [&b"\xff\xfe"[..], &little].concat(),
        [&b"\xfe\xff"[..], &big].concat(),
        little,
        big,
    ] {
        check(bytes, "D\u{e4} 1 1-2 example.com\n");
    }
}
