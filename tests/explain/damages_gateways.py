"""What gateways, mailing lists and mail servers do, and which of it a message meets in a row. A table, and no code.

A row is one thing that one system does: steps (changes.py says what each means), each with what has to be told of it.
`needs` are fields that the message has before it is signed, `signed` names fields that are signed beside the usual
ones. A case is a row, or several one after the other (`A+B+C`: A is done first), with the kinds of message
(gateway_messages.py) that it is done to. So a new gateway is one row, and one case for each chain that it is part of.
"""

from changes import (around, banner, block, body_lines, boundaries_renamed, charset, encoded, field_added,
                     field_removed, fold, footer, last_part, links, on_top, part_added, raw_end, refolded, sender,
                     simple_body, tag, value, wrapped)

ROWS, CASES = {}, []
BOTH = ("relaxed/relaxed", "simple/simple")
SIMPLE = ("simple/simple",)
MIXED = ("relaxed/simple",)


def row(name, *steps, needs=None, signed=()):
    ROWS[name] = (steps, needs or {}, signed)


def system(name, rows):
    """What one system does as a whole: rows by their names."""
    ROWS[name] = rows


def case(name, kinds, canonicalizations=BOTH, keys=("rsa",)):
    CASES.append((name, kinds.split(", "), canonicalizations, keys))


# ---------------------------------------------------------------- links

row("safe-links", links(
    "https://eur03.safelinks.protection.outlook.com/?url={percent}&data=05%7C01%7Cann%40example.net%7C81f0c2a4%7C"
    "11aa%7C0%7C0%7C638355968001234567%7CUnknown%7CTWFpbA%3D%3D%7C3000%7C%7C%7C&sdata=qP7%2BzX%3D&reserved=0",
    "eur03.safelinks.protection.outlook.com", ' originalsrc="{html}" shash="Rk2w=="'))
row("safe-links-old", links(
    "https://na01.safelinks.protection.outlook.com/?url={percent}&data=02%7C01%7C%7C0f&sdata=x%2B&reserved=0",
    "na01.safelinks.protection.outlook.com"))
row("url-defense-2", links(
    "https://urldefense.proofpoint.com/v2/url?u={v2}&d=DwMGaQ&c=euGZstcaTDllvimEN8b7jXrwqOf&r=Pz7k&m=0aWq&s=bD3_x&e=",
    "urldefense.proofpoint.com"))
row("url-defense-3", links("https://urldefense.com/v3/__{v3}__;{v3 list}!!KxB7Qa!NdP-2mQ9_wE$", "urldefense.com"))
row("barracuda", links("https://linkprotect.cudasvc.com/url?a={lower}&c=E,1,h7Tq_0aKs,&typo=1",
                       "linkprotect.cudasvc.com"))
row("cisco", links("https://secure-web.cisco.com/1kQ0vT-bL_9/{percent}", "secure-web.cisco.com"))
row("google-links", links("https://www.google.com/url?q={google}&source=gmail-imap&ust=1700604800000000&usg=AOvVaw2",
                          "www.google.com"))
row("trend-micro", links("https://ctp.trendmicro.example:443/wis/clicktime/v1/query?url={lower}&umid=7A&auth=19c",
                         "ctp.trendmicro.example"))
row("fireeye", links("https://protect2.fireeye.example/v1/url?k=41-0&q=1&e=77ab&u={percent}",
                     "protect2.fireeye.example"))
row("symantec", links("https://clicktime.symantec.example/15sM?h=aZ0=&u={percent}", "clicktime.symantec.example"))
row("mimecast", links("https://protect-eu.mimecast.example/s/q9XkCR6?domain=www.example.com",
                      "protect-eu.mimecast.example", kept=False))
row("token-links", links("https://go.gateway.example/t/8842", "go.gateway.example", kept=False))

# ---------------------------------------------------------------- banners

row("outside", banner(
    "OUTSIDE SENDER: think twice before you open what is attached or follow what is linked.",
    '<table width="100%"><tr><td bgcolor="#fa0" style="padding:4px">OUTSIDE SENDER: think twice before you open what '
    'is attached or follow what is linked.</td></tr></table>', "OUTSIDE SENDER"))
row("first-contact", banner(
    "You don't often get email from joe@example.com. Learn why this is important"
    "<https://aka.ms/LearnAboutSenderIdentification>",
    '<div><p style="font-size:11pt">You don\'t often get email from joe@example.com. '
    '<a href="https://aka.ms/LearnAboutSenderIdentification">Learn why this is important</a></p></div>\n',
    "often get email"))
row("proofpoint-banner",
    block("in <head>", "<!-- BaNnErBlUrFlE-HeAdEr-start -->\n<style>\n  #pfptBanner8kz { all: revert !important; }\n"
          "</style>\n<!-- BaNnErBlUrFlE-HeAdEr-end -->\n", "BaNnErBlUrFlE"),
    banner("ZjQcmQRYFpfptBannerStart\nThis Message Is From an External Sender\nReport Suspicious\n"
           "ZjQcmQRYFpfptBannerEnd",
           '<!-- BaNnErBlUrFlE-BoDy-start -->\n<div id="pfptBanner8kz" style="all: revert !important">\n'
           'This Message Is From an External Sender <a href="https://report.gateway.example/?k=1">Report '
           'Suspicious</a></div>\n<!-- BaNnErBlUrFlE-BoDy-end -->\n', ("pfptBanner", "External Sender")))
row("proofpoint-banner-text", banner(
    "ZjQcmQRYFpfptBannerStart\nThis Message Is From an External Sender\nReport Suspicious\nZjQcmQRYFpfptBannerEnd",
    "", "pfptBanner"))
row("banner-before-html", banner(
    "Checked by the gateway of Utopia Ltd: from outside.",
    "<p><i>Checked by the gateway of Utopia Ltd: from outside.</i></p>", "Utopia", place="before <html>"))
row("banner-umlauts", banner("VORSICHT – von außerhalb des Hauses geschickt", "<p>VORSICHT – von außerhalb</p>\n",
                             "VORSICHT"))

# ---------------------------------------------------------------- footers

row("disclaimer", footer(
    "This mail is for whom it names, and for nobody else. If that is not you, delete it.\nUtopia Ltd, No 4711.",
    '<br>\n<hr>\n<p style="font-size:7pt">This mail is for whom it names, and for nobody else. If that is not you, '
    "delete it.<br>\nUtopia Ltd, No 4711.</p>\n", "for whom it names"))
row("anti-virus", footer(
    "-- \nNo virus was found in this mail by GuardDog.\nwww.guarddog.example",
    '<div id="DAB4FAD8"><br /><table><tr><td>No virus was found in this mail by <a href="http://www.guarddog.example">'
    "GuardDog</a>.</td></tr></table></div>\n", "GuardDog"))
row("footer-after-html", footer(
    "Sent through Utopia Relay.", "<p>Sent through Utopia Relay.</p>\n", "Utopia Relay", place="after </html>"))
row("mailman-footer", raw_end(
    "_______________________________________________\nChairs mailing list -- chairs@lists.example.org\n"
    "To unsubscribe send an email to chairs-leave@lists.example.org", "Chairs mailing list"))
row("google-footer", footer(
    '-- \nYou received this message because you are subscribed to the Google Groups "chairs" group.\nTo unsubscribe '
    "from this group and stop receiving emails from it, send an email to chairs+unsubscribe@googlegroups.com.\n"
    "To view this discussion visit https://groups.google.com/d/msgid/chairs/20231114221320.815%40example.com.",
    "\n<p></p>\n\n-- <br />\nYou received this message because you are subscribed to the Google Groups &quot;chairs"
    '&quot; group.<br />\nTo unsubscribe from this group and stop receiving emails from it, send an email to '
    '<a href="mailto:chairs+unsubscribe@googlegroups.com">chairs+unsubscribe@googlegroups.com</a>.<br />\n',
    "Google Groups", place="after </html>"))
row("groups.io-footer", footer(
    "-=-=-=-=-=-=-=-=-=-=-=-\nGroups.io Links: You receive all messages sent to this group.\nView/Reply Online (#815): "
    "https://groups.io/g/chairs/message/815\nGroup Owner: chairs+owner@groups.io\n-=-=-=-=-=-=-=-=-=-=-=-",
    '\n<div width="1" style="color:white;clear:both">_._,_._,_</div>\n<hr>\nGroups.io Links:<p>\n  You receive all '
    'messages sent to this group.\n<p>\n<a href="https://groups.io/g/chairs/message/815">View/Reply Online (#815)</a>'
    "\n", "Groups.io Links"))

# ---------------------------------------------------------------- other markup

row("pixel", block("before </body>", '<img src="https://open.gateway.example/p.gif?m=815" width="1" height="1" alt="">',
                   ("open.gateway.example", "img")))
row("pixel-first", block("after <body>", '<img src="https://open.gateway.example/q.gif" width=1 height=1>\n',
                         ("open.gateway.example", "img")))
row("meta", block("in <head>", '<meta http-equiv="Content-Type" content="text/html; charset=utf-8">', "meta"))
row("meta-generator", block(
    "in <head>", '\n<meta name="Generator" content="Utopia Relay 7.1">\n<!-- converted -->', "Generator"))
row("div", around('<div dir="ltr" class="relay">', "</div>", ("div", "relay")))

# ---------------------------------------------------------------- parts

PART = """\
Content-Type: text/plain; charset="us-ascii"
MIME-Version: 1.0
Content-Transfer-Encoding: 7bit
Content-Disposition: inline

_______________________________________________
Chairs mailing list -- chairs@lists.example.org
"""
NOTE = """\
Content-Type: text/plain; charset=us-ascii; name="notice.txt"
Content-Disposition: attachment; filename="notice.txt"

One file of this mail was taken out by MailWash.
"""
row("mailman-part", part_added(PART, "Chairs mailing list"))
row("scan-part", part_added(NOTE.replace("One file of this mail was taken out", "Nothing bad was found"), "MailWash"))
row("part-dropped", last_part(""))
row("part-replaced", last_part(NOTE))
row("mailman-wrap", wrapped("===============0815815815==", PART, "Chairs mailing list"))
row("boundaries", boundaries_renamed("_000_UTOPIA0815"))

# ---------------------------------------------------------------- encodings

row("8bit-to-qp", encoded("8bit", "quoted-printable"))
row("8bit-to-base64", encoded("8bit", "base64"))
row("qp-to-8bit", encoded("quoted-printable", "8bit"))
row("qp-to-base64", encoded("quoted-printable", "base64"))
row("base64-to-qp", encoded("base64", "quoted-printable"))
row("base64-to-8bit", encoded("base64", "8bit"))
row("qp-anew", encoded("quoted-printable", "quoted-printable of Perl", "quoted-printable"))
row("base64-anew", encoded("base64", "base64 at 64", "base64"))
row("to-latin-1", charset("utf-8", "iso-8859-1"))

# ---------------------------------------------------------------- lines

row("dots", body_lines(rb"(?m)^\.", b"..", "dot-stuffing"))
row("from", body_lines(rb"(?m)^From ", b">From ", "from-stuffing"))
row("crcrlf", body_lines(rb"\r\n", b"\r\r\n", "line-endings-changed"))
row("cut-990", body_lines(rb"([^\r\n]{989})(?=[^\r\n])", rb"\1!\r\n ", "lines-rewrapped", says="!"))
row("cut-998", body_lines(rb"([^\r\n]{998})(?=[^\r\n])", rb"\1\r\n", "lines-rewrapped"))
row("tabs-expanded", body_lines(rb"[^\r\n]*\t[^\r\n]*", lambda line: line.group().expandtabs(), "whitespace-changed",
                                says=(("tab", "space"),), when=simple_body))
row("space-at-ends", body_lines(rb"(?<=[^\r\n])\r\n", b" \r\n", "whitespace-changed", when=simple_body))
row("ends-stripped", body_lines(rb"[ \t]+\r\n", b"\r\n", "whitespace-changed", when=simple_body))
row("spaces-collapsed", body_lines(rb"  +", b" ", "whitespace-changed", when=simple_body, proven=False))

# ---------------------------------------------------------------- Subject and From

row("tag-external", tag("[EXTERNAL]"))
row("tag-ext", tag("EXT:"))
row("tag-list", tag("[chairs]"))
row("tag-after-re", tag("[chairs]", behind="Re: "))
row("tag-spam", tag("{Spam?}"))
row("tag-stars", tag("*****SUSPECTED SPAM*****"))

LIST = "chairs@lists.example.org"
row("mailman-from", sender(f"Joe SixPack via Chairs <{LIST}>", LIST),
    on_top("List-Id: Chairs <chairs.lists.example.org>", "Reply-To: Joe SixPack <joe@example.com>"))
row("mailman-from-quoted", sender(f'"Joe SixPack via chairs" <{LIST}>', LIST),
    on_top("List-Id: <chairs.lists.example.org>", "Reply-To: chairs@lists.example.org",
           "Cc: Joe SixPack <joe@example.com>"))
row("google-from", sender("\"'Joe SixPack' via chairs\" <chairs@googlegroups.com>", "chairs@googlegroups.com"),
    on_top("X-Original-Sender: joe@example.com", "X-Original-From: Joe SixPack <joe@example.com>",
           "Reply-To: Joe SixPack <joe@example.com>"))
row("sympa-from", sender(f'"Joe SixPack (via chairs Mailing List)" <{LIST}>', LIST),
    on_top("Reply-To: Joe SixPack <joe@example.com>", "X-Original-From: Joe SixPack <joe@example.com>"))
row("groups.io-from", sender('"Joe SixPack via groups.io" <joe=example.com@groups.io>', "joe=example.com@groups.io"),
    on_top("List-Id: <chairs.groups.io>", "Reply-To: chairs@groups.io, joe@example.com"))
row("gmail-from", sender("Joe SixPack <joe.sixpack@gmail.com>", "joe.sixpack@gmail.com"),
    on_top("X-Google-Original-From: Joe SixPack <joe@example.com>"))
row("from-quoted", value("From", "^Joe SixPack", '"Joe SixPack"', "header-value-changed", "header-reencoded"))

# ---------------------------------------------------------------- other fields

ADDRESSES = ("header-value-changed", "header-reencoded")
row("to-quoted", value("To", "^Ann Example (.*), bob@example.net", r'"Ann Example" \1, <bob@example.net>', *ADDRESSES))
row("to-name-dropped", value("To", "^Ann Example ", "", *ADDRESSES, lost=True))
row("to-without-space", value("To", ", ", ",", *ADDRESSES, "header-whitespace-changed"))
row("to-refolded", refolded("To", ", ", ",\r\n\t"))
row("subject-refolded", fold("Subject", 60))
row("references-refolded", refolded("References", "> <(.*)> <", r">\r\n <\1>\r\n <"))
row("date-comment", value("Date", r" \(.*\)", "", "header-value-changed"),
    needs={"Date": "Tue, 14 Nov 2023 22:13:20 +0000 (UTC)"})
row("date-zone", value("Date", ".*", "Tue, 14 Nov 2023 22:13:20 +0000", "header-value-changed"),
    needs={"Date": "Tue, 14 Nov 2023 23:13:20 +0100"})
row("date-zero", value("Date", " 4 ", " 04 ", "header-value-changed"), needs={"Date": "Sat, 4 Nov 2023 09:13:20 +0100"})
row("mime-version-comment", value("MIME-Version", r" \(.*\)", "", "header-value-changed"),
    needs={"MIME-Version": r"1.0 (Mac OS X Mail 16.0 \(3731.700.6\))", "X-Mailer": "Apple Mail (2.3731.700.6)"})
row("charset-quoted", value("Content-Type", "charset=(.*)", r'charset="\1"', "header-value-changed"))
row("charset-capitals", value("Content-Type", "charset=utf-8", "charset=UTF-8", "header-value-changed",
                              "header-recased"))
row("flowed-dropped", value("Content-Type", "; format=flowed", "", "header-value-changed"),
    needs={"Content-Type": "text/plain; charset=utf-8; format=flowed"})
row("boundary-unquoted", value("Content-Type", 'boundary="(.*)"', r"boundary=\1", "header-value-changed"))
row("empty-to", value("To", "^", "undisclosed-recipients:;", "header-value-changed"), needs={"To": ""})
row("to-added", field_added("To: undisclosed-recipients:;", "undisclosed-recipients"), needs={"To": None},
    signed=("to",))
row("ses", value("Message-ID", ".*", "<0102018bcf-2a1e-815-000000@eu-central-1.amazonses.com>",
                 "header-value-changed", lost=True))
row("ses-date", value("Message-ID", ".*", "<010f018bcf-77-000000@us-east-2.amazonses.com>",
                      "header-value-changed", lost=True),
    value("Date", ".*", "Tue, 14 Nov 2023 22:13:41 +0000", "header-value-changed", lost=True))
row("return-path", value("Return-Path", ".*", "<chairs-bounces@lists.example.org>", "header-value-changed"),
    needs={"Return-Path": "<joe@example.com>"}, signed=("return-path",))
row("mime-version-dropped", field_removed("MIME-Version"))
row("in-reply-to-dropped", field_removed("In-Reply-To", proven=False))
row("trace", on_top("Received: from relay.example.org by mx.example.net; Tue, 14 Nov 2023 22:14:00 +0000",
                    "X-Spam-Status: No, score=-0.1"))

# ---------------------------------------------------------------- systems as a whole

system("mailman", "tag-list+mailman-from+mailman-footer")
system("mailman-3", "tag-list+mailman-from-quoted+mailman-wrap")
system("google-group", "google-from+google-footer")
system("sympa", "tag-after-re+sympa-from+mailman-footer")
system("groups.io", "tag-list+groups.io-from+groups.io-footer")
system("microsoft", "tag-external+outside+safe-links")
system("proofpoint", "proofpoint-banner-text+url-defense-3")
system("exchange-header", "to-quoted+to-refolded+references-refolded")

# ---------------------------------------------------------------- one by one

LINKED = "text, utf-8, html only, alternative"
for gateway in ("safe-links", "safe-links-old", "url-defense-2", "url-defense-3", "barracuda", "cisco", "google-links"):
    case(gateway, LINKED)
case("trend-micro", "text, alternative", MIXED)
case("fireeye", "text, alternative", MIXED)
case("symantec", "text, alternative", MIXED)
case("mimecast", "text, alternative", MIXED)
case("token-links", "text, alternative", MIXED)
case("outside", "text, base64, alternative base64, nested")
case("first-contact", "text, html only, alternative")
case("proofpoint-banner", "html only, alternative")
case("proofpoint-banner-text", "text, utf-8")
case("banner-before-html", "html only, alternative")
case("banner-umlauts", "8bit, base64, alternative")
case("disclaimer", "text, utf-8, base64, alternative, alternative base64, nested")
case("anti-virus", "text, alternative, attachment")
case("footer-after-html", "html only, alternative")
case("mailman-footer", "text, 8bit, utf-8")
case("google-footer", "text, alternative")
case("groups.io-footer", "text, alternative")
case("pixel", "html only, html 8bit, alternative base64")
case("pixel-first", "html only, alternative", MIXED)
case("meta", "html only, html 8bit, nested")
case("meta-generator", "html only, alternative", MIXED)
case("div", "html only, html 8bit, alternative")
case("mailman-part", "attachment, nested")
case("scan-part", "attachment, nested", MIXED)
case("part-dropped", "attachment, nested", MIXED)
case("part-replaced", "attachment", MIXED)
case("mailman-wrap", "text, base64, alternative, nested")
case("boundaries", "alternative, nested", MIXED)
for way in ("8bit-to-qp", "8bit-to-base64"):
    case(way, "8bit, html 8bit")
case("qp-to-8bit", "utf-8, alternative")
case("qp-to-base64", "utf-8, html only")
case("base64-to-qp", "base64, alternative base64")
case("base64-to-8bit", "base64")
case("qp-anew", "utf-8, alternative")
case("base64-anew", "base64, alternative base64")
case("to-latin-1", "western")
case("dots", "text, nested")
case("from", "text, nested")
case("crcrlf", "text, alternative base64")
case("cut-990", "long lines")
case("cut-998", "long lines")
case("tabs-expanded", "text, alternative", SIMPLE)
case("space-at-ends", "text", SIMPLE)
case("ends-stripped", "text", SIMPLE)
case("spaces-collapsed", "text", SIMPLE)
TWO_KEYS = ("rsa", "ed25519")
for tagging in ("tag-external", "tag-ext", "tag-list", "tag-after-re", "tag-spam", "tag-stars"):
    case(tagging, "short", BOTH, TWO_KEYS)
for munging in ("mailman-from", "mailman-from-quoted", "google-from", "sympa-from", "groups.io-from", "gmail-from"):
    case(munging, "short", BOTH, TWO_KEYS)
for field in ("from-quoted", "to-quoted", "to-without-space", "date-comment", "date-zone", "date-zero",
              "mime-version-comment", "charset-quoted", "empty-to", "to-added", "return-path", "mime-version-dropped"):
    case(field, "text", BOTH, TWO_KEYS)
for field in ("to-name-dropped", "ses", "ses-date", "in-reply-to-dropped"):
    case(field, "text", MIXED, TWO_KEYS)
case("charset-capitals", "utf-8")
case("flowed-dropped", "utf-8")
case("boundary-unquoted", "alternative")
for field in ("to-refolded", "subject-refolded", "references-refolded"):
    case(field, "text", SIMPLE, TWO_KEYS)

# ---------------------------------------------------------------- two in a row

case("safe-links+outside", "text, utf-8, html only, alternative, alternative base64, nested")
case("outside+safe-links", "text, alternative")
case("url-defense-2+outside", LINKED)
case("url-defense-3+proofpoint-banner", "html only, alternative")
case("barracuda+disclaimer", LINKED)
case("cisco+outside", "text, alternative")
case("google-links+anti-virus", "text, alternative")
case("url-defense-3+safe-links", "text, alternative")
case("disclaimer+safe-links", "text, base64, nested")
case("first-contact+disclaimer", "text, html only, alternative, nested")
case("outside+first-contact", "text, alternative")
case("disclaimer+anti-virus", "text, alternative base64")
case("disclaimer+mailman-footer", "text, utf-8")
case("outside+mailman-footer", "text, 8bit")
case("outside+mailman-part", "attachment, nested")
case("disclaimer+mailman-wrap", "text, alternative")
case("safe-links+mailman-part", "attachment, nested")
case("mailman-wrap+safe-links", "text, alternative")
case("mailman-wrap+outside", "text, alternative")
case("meta+outside", "html only, alternative")
case("div+disclaimer", "html only, alternative")
case("pixel+safe-links", "html only, alternative")
case("meta+div", "html 8bit, nested")
case("outside+pixel", "alternative base64")
case("8bit-to-qp+outside", "8bit, html 8bit")
case("outside+8bit-to-qp", "8bit, html 8bit")
case("8bit-to-base64+disclaimer", "8bit")
case("safe-links+8bit-to-qp", "8bit, html 8bit")
case("qp-to-8bit+mailman-footer", "utf-8")
case("qp-to-base64+disclaimer", "utf-8, html only")
case("base64-to-qp+outside", "base64, alternative base64")
case("qp-anew+disclaimer", "utf-8, alternative")
case("safe-links+qp-anew", "utf-8, alternative")
case("base64-anew+outside", "base64")
case("to-latin-1+mailman-footer", "western")
case("from+mailman-footer", "text")
case("dots+outside", "text")
case("crcrlf+disclaimer", "text")
case("tabs-expanded+outside", "text", SIMPLE)
case("space-at-ends+outside", "text")
case("cut-998+outside", "long lines")
case("mailman-footer+cut-990", "long lines")
case("mimecast+outside", "text", MIXED)
case("part-dropped+outside", "attachment", MIXED)
case("tag-external+outside", "text, alternative", BOTH, TWO_KEYS)
case("tag-list+tag-external", "short", BOTH, TWO_KEYS)
case("tag-after-re+tag-ext", "short", BOTH, TWO_KEYS)
case("tag-list+to-quoted", "short", BOTH, TWO_KEYS)
case("tag-external+date-comment", "short")
case("mailman-from+tag-external", "short", BOTH, TWO_KEYS)
case("google-from+to-quoted", "short")
case("to-quoted+date-comment", "short")
case("to-quoted+mime-version-comment", "short")
case("to-refolded+subject-refolded", "text", SIMPLE)
case("subject-refolded+references-refolded", "text", SIMPLE)
case("to-refolded+outside", "text", SIMPLE)
case("charset-quoted+8bit-to-qp", "8bit")
case("date-zone+disclaimer", "text")
case("empty-to+outside", "text")
case("return-path+mailman-footer", "text")
case("return-path+tag-list", "text")
case("ses+disclaimer", "text, alternative", MIXED)
case("mime-version-dropped+tag-list", "short")
case("google-group", "text, alternative")
case("boundary-unquoted+outside", "alternative, nested")

# ---------------------------------------------------------------- three in a row, and more

case("mailman", "text, utf-8", BOTH, TWO_KEYS)
case("mailman-3", "text, alternative")
case("sympa", "text")
case("groups.io", "text, alternative")
case("microsoft", "text, utf-8, html only, alternative, nested")
case("safe-links+outside+tag-external", "text, alternative, alternative base64")
case("safe-links+outside+disclaimer", "text, html only, alternative")
case("url-defense-3+outside+disclaimer", "text, alternative")
case("url-defense-2+tag-ext+disclaimer", "text, alternative")
case("barracuda+tag-external+outside", "text, alternative")
case("proofpoint+tag-external", "text")
case("proofpoint+disclaimer", "text")
case("mailman+outside", "text")
case("mailman+microsoft", "text, utf-8")
case("mailman-3+safe-links", "alternative")
case("mailman-3+outside+tag-external", "text")
case("google-group+safe-links", "text, alternative")
case("google-group+outside+tag-external", "text")
case("groups.io+outside", "alternative")
case("exchange-header+outside", "text, alternative", SIMPLE)
case("exchange-header+tag-external", "text", BOTH)
case("exchange-header+disclaimer+safe-links", "alternative")
case("disclaimer+mailman+anti-virus", "text")
case("meta+outside+disclaimer", "html only, alternative")
case("div+pixel+safe-links", "html only")
case("safe-links+outside+8bit-to-qp", "8bit")
case("8bit-to-qp+outside+disclaimer", "8bit, html 8bit")
case("qp-anew+outside+tag-external", "utf-8, alternative")
case("disclaimer+qp-to-base64+outside", "utf-8")
case("from+disclaimer+mailman-footer", "text")
case("dots+outside+tag-list", "text")
case("outside+mailman-part+tag-list", "attachment, nested")
case("mailman+ses", "text", MIXED)
case("microsoft+ses-date", "text", MIXED)
case("tag-list+to-quoted+date-comment", "short")
case("tag-list+mailman-from+to-quoted", "short")
case("trace+outside+trace", "text")
