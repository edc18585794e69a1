"""A friendly message, and a zone with the public keys, to try the commands on without a network."""

from . import keys
from .rfc_examples import FOOTBALL
from .signer import DOMAIN
from .vector import owner

MESSAGE = """\
From: Joe SixPack <joe@example.com>
To: Suzie Q <suzie@shopping.example.net>
Subject: Tickets for Saturday
Date: Thu, 14 Jan 2027 18:30:00 +0100
Message-ID: <20270114173000.4711@example.com>
MIME-Version: 1.0
Content-Type: text/plain; charset=us-ascii
Content-Transfer-Encoding: 7bit

Hi Suzie,

I have two tickets for the game on Saturday. Kick-off is at three;
shall I pick you up at two?

Joe
"""

PUBLISHED = (
    *((key, key.name, DOMAIN) for key in keys.EVERY_KEY if not key.name.startswith("rfc")),
    (keys.RFC6376_BRISBANE, "brisbane", DOMAIN),
    (keys.RFC8463_BRISBANE, "brisbane", FOOTBALL),
    (keys.RFC8463_TEST, "test", FOOTBALL),
)


def resource_record(name, text):
    """A TXT record in the master file form (RFC 1035 §5.1), in strings of at most 255 octets."""
    strings = [f'"{text[start : start + 255]}"' for start in range(0, len(text), 255)]
    if len(strings) == 1:
        return f"{name}. 3600 IN TXT {strings[0]}\n"
    return f"{name}. 3600 IN TXT (\n" + "".join(f"    {string}\n" for string in strings) + ")\n"


def files():
    """message.eml, message.lf.eml and zone."""
    zone = "; The public halves of the keys in keys/, each under its file name as the selector,\n"
    zone += "; and the records of RFC 6376 Appendix C and RFC 8463 Appendix A.2.\n"
    for key, selector, domain in PUBLISHED:
        zone += resource_record(owner(selector, domain), key.public.record())
    zone += "; Names with a twist: a CNAME, a revoked key, an SPF record beside the key or alone, a CNAME to nowhere.\n"
    zone += f"{owner('delegated')}. 3600 IN CNAME {owner('rsa2048')}.\n"
    zone += resource_record(owner("revoked"), "v=DKIM1; k=rsa; p=")
    zone += resource_record(owner("beside-spf"), "v=spf1 -all")
    zone += resource_record(owner("beside-spf"), keys.RSA_2048.public.record())
    zone += resource_record(owner("foreign"), "v=spf1 -all")
    zone += f"{owner('dangling')}. 3600 IN CNAME {owner('gone')}.\n"
    return {
        "message.eml": MESSAGE.replace("\n", "\r\n").encode(),
        "message.lf.eml": MESSAGE.encode(),
        "zone": zone.encode(),
    }
