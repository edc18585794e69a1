"""The sentences that decide disagreements, each with the section it stands in. What is in brackets is in our words."""

TAGS = {
    "duplicate": (
        "RFC 6376 §3.2: Tags with duplicate names MUST NOT occur within a single tag-list; if a tag name does "
        "occur more than once, the entire tag-list is invalid."
    ),
    "name": 'RFC 6376 §3.2: tag-name = ALPHA *ALNUMPUNC; ALNUMPUNC = ALPHA / DIGIT / "_"',
    "list": (
        'RFC 6376 §3.2: tag-list = tag-spec *( ";" tag-spec ) [ ";" ]; tag-spec = [FWS] tag-name [FWS] "=" [FWS] '
        'tag-value [FWS]'
    ),
    "unknown": "RFC 6376 §3.2: Unrecognized tags MUST be ignored.",
    "case": (
        "RFC 6376 §3.2: Values MUST be processed as case sensitive unless the specific tag description of "
        "semantics specifies case insensitivity. RFC 5234 §2.3: ABNF strings are case insensitive."
    ),
    "space": (
        "RFC 6376 §3.2: Whitespace within a value MUST be retained unless explicitly excluded by the specific tag"
        " description."
    ),
}

SIGNATURE = {
    "strict": (
        "RFC 6376 §6.1.1: any inconsistency or unexpected values MUST cause the header field to be completely "
        "ignored and the Verifier to return PERMFAIL (signature syntax error)."
    ),
    "required": (
        'RFC 6376 §6.1.1: If any tag listed as "required" in Section 3.5 is omitted from the DKIM-Signature '
        'header field, the Verifier MUST ignore the DKIM-Signature header field and return PERMFAIL (signature '
        'missing required tag).'
    ),
    "version": (
        'RFC 6376 §6.1.1: Verifiers MUST return PERMFAIL (incompatible version) when presented a DKIM-Signature '
        'header field with a "v=" tag that is inconsistent with this specification.'
    ),
    "from": (
        'RFC 6376 §6.1.1: If the "h=" tag does not include the From header field, the Verifier MUST ignore the '
        'DKIM-Signature header field and return PERMFAIL (From field not signed).'
    ),
    "identity": (
        'RFC 6376 §6.1.1: Verifiers MUST confirm that the domain specified in the "d=" tag is the same as or a '
        'parent domain of the domain part of the "i=" tag.'
    ),
    "number": (
        'RFC 6376 §3.5: sig-t-tag = %x74 [FWS] "=" [FWS] 1*12DIGIT; sig-x-tag = %x78 [FWS] "=" [FWS] 1*12DIGIT; '
        'sig-l-tag = %x6c [FWS] "=" [FWS] 1*76DIGIT'
    ),
    "infinite": (
        "RFC 6376 §3.5, t=: To avoid denial-of-service attacks, implementations MAY consider any value longer "
        "than 12 digits to be infinite."
    ),
    "future": "RFC 6376 §3.5, t=: Implementations MAY ignore signatures that have a timestamp in the future.",
    "expiration": (
        'RFC 6376 §3.5, x=: The value of the "x=" tag MUST be greater than the value of the "t=" tag if both are '
        'present.'
    ),
    "names": 'RFC 6376 §3.5: sig-h-tag = %x68 [FWS] "=" [FWS] hdr-name *( [FWS] ":" [FWS] hdr-name )',
    "itself": (
        "RFC 6376 §3.5, h=: The field MUST NOT include the DKIM-Signature header field that is being created or "
        "verified but may include others."
    ),
    "case": (
        'RFC 6376 §6.1.3: When matching header field names in the "h=" tag against the actual message header '
        'field, comparisons MUST be case-insensitive.'
    ),
    "domain": 'RFC 6376 §3.5: domain-name = sub-domain 1*("." sub-domain)',
    "selector": 'RFC 6376 §3.1: selector = sub-domain *( "." sub-domain )',
    "auid": 'RFC 6376 §3.5: sig-i-tag = %x69 [FWS] "=" [FWS] [ Local-part ] "@" domain-name',
    "canonicalization": 'RFC 6376 §3.5: sig-c-tag = %x63 [FWS] "=" [FWS] sig-c-tag-alg ["/" sig-c-tag-alg]',
    "method": "RFC 6376 §3.5, q=: Unrecognized query mechanisms MUST be ignored.",
    "length": (
        "RFC 6376 §3.5, l=: This tag informs the Verifier of the number of octets in the body of the email after "
        "canonicalization included in the cryptographic hash … This value MUST NOT be larger than the actual "
        "number of octets in the canonicalized message body."
    ),
    "partial": "RFC 6376 §8.2: Assessors might wish to ignore signatures that use the tag.",
    "b": (
        'RFC 6376 §3.7: with the value of the "b=" tag (including all surrounding whitespace) deleted (i.e., '
        'treated as the empty string)'
    ),
    "ed25519": (
        "RFC 8463 §3: The ed25519-sha256 signing algorithm computes a message hash as described in Section 3 of "
        "[RFC6376] using SHA-256 as the hash-alg. It signs the hash with the PureEdDSA variant Ed25519."
    ),
    "octets": (
        'RFC 8017 §8.2.2: If the length of the signature S is not k octets, output "invalid signature" and stop.'
    ),
    "sha1": "RFC 8301 §3.1: rsa-sha1 MUST NOT be used for signing or verifying.",
    "utf-8": "RFC 8616 §5: [the local part in i= may be UTF-8]",
    "u-label": "RFC 8616 §5: [d= and s= may be in U-labels, which become A-labels before the key is looked up]",
    "methods": (
        'RFC 6376 §3.5: sig-q-tag = %x71 [FWS] "=" [FWS] sig-q-tag-method *([FWS] ":" [FWS] sig-q-tag-method)'
    ),
}

RECORD = {
    "first": "RFC 6376 §3.6.1, v=: This tag MUST be the first tag in the record.",
    "several": (
        "RFC 6376 §6.1.2: If the query for the public key returns multiple key records, the Verifier can choose "
        "one of the key records or may cycle through the key records …"
    ),
    "hash": (
        'RFC 6376 §6.1.2: If the "h=" tag exists in the public-key record and the hash algorithm implied by the '
        '"a=" tag in the DKIM-Signature header field is not included in the contents of the "h=" tag, the '
        'Verifier MUST ignore the key record and return PERMFAIL (inappropriate hash algorithm).'
    ),
    "service": (
        "RFC 6376 §3.6.1, s=: A colon-separated list of service types to which this record applies. Verifiers for"
        " a given service type MUST ignore this record if the appropriate type is not listed."
    ),
    "list": (
        'RFC 6376 §3.6.1: key-h-tag-alg *( [FWS] ":" [FWS] key-h-tag-alg ); key-s-tag-type *( [FWS] ":" [FWS] '
        'key-s-tag-type )'
    ),
    "type": (
        'RFC 6376 §6.1.2: If the public-key data is not suitable for use with the algorithm and key types defined'
        ' by the "a=" and "k=" tags in the DKIM-Signature header field, the Verifier MUST immediately return '
        'PERMFAIL (inappropriate key algorithm).'
    ),
    "default": 'RFC 6376 §3.6.1: k= Key type (plain-text; OPTIONAL, default is "rsa").',
    "rsa": (
        'RFC 6376 §3.6.1, k=: an ASN.1 DER-encoded … RSAPublicKey … is being used in the "p=" tag [or '
        'SubjectPublicKeyInfo: erratum 3017]'
    ),
    "der": "RFC 6376 §3.6.1, k=: ASN.1 DER-encoded [what is nearly DER, OpenSSL reads as well]",
    "base64": 'RFC 6376 §2.10: base64string = ALPHADIGITPS *([FWS] ALPHADIGITPS) [ [FWS] "=" [ [FWS] "=" ] ]',
    "short": (
        "RFC 8301 §3.2: Verifiers MUST NOT consider signatures using RSA keys of less than 1024 bits as valid "
        "signatures."
    ),
    "subdomains": (
        'RFC 6376 §3.6.1, t=s: Any DKIM-Signature header fields using the "i=" tag MUST have the same domain '
        'value on the right-hand side of the "@" in the "i=" tag and the value of the "d=" tag.'
    ),
}

MESSAGE = {
    "valid": (
        "RFC 6376 §3.8: Therefore, Signers and Verifiers SHOULD take reasonable steps to ensure that the messages"
        " they are processing are valid according to [RFC5322], [RFC2045], and any other relevant message format "
        "standards."
    ),
    "counts": (
        "RFC 5322 §3.6: [the table of how often a field may occur: From once, Subject at most once, …] RFC 6376 "
        "§3.8: Signers and Verifiers SHOULD take reasonable steps to ensure that the messages they are processing"
        " are valid according to [RFC5322], [RFC2045], and any other relevant message format standards."
    ),
    "obsolete": (
        "RFC 5322 §4: Though some of these syntactic forms MUST NOT be generated according to the grammar in "
        "section 3, they MUST be accepted and parsed by a conformant receiver."
    ),
    "body": "RFC 5322 §3.5: message = (fields / obs-fields) [CRLF body]",
    "line-ends": (
        "RFC 5322 §2.3: CR and LF MUST only occur together as CRLF; they MUST NOT appear independently in the "
        "body."
    ),
    "wsp": "RFC 6376 §2.8: WSP represents simple whitespace, i.e., a space or a tab character.",
    "relaxed-body": (
        "RFC 6376 §3.4.4: Ignore all whitespace at the end of lines. … If the body is non-empty but does not end "
        "with a CRLF, a CRLF is added."
    ),
    "envelope": "RFC 4155 Appendix A: [the line above a message in an mbox is no part of it]",
    "mark": (
        "RFC 5322 §2.2: [a field name has printable US-ASCII alone; a byte order mark is no part of the header]"
    ),
}
