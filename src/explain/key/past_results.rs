//! What systems on the way said of a signature: Authentication-Results fields (RFC 8601 §2.2).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::authentication_results::{AuthenticationResults, DkimResult};
use crate::identifier::MAX_NAME;
use crate::message::Header;
use crate::signature::Signature;

/// The fields that hold results.
const FIELDS: [&str; 4] = [
    "authentication-results",
    "arc-authentication-results",
    "x-original-authentication-results",
    "x-authentication-results",
];
/// So many fields are looked at.
const MANY: usize = 20;

/// The systems that say `dkim=pass` of the signature in the field at this place, by their
/// authserv-ids, the latest first.
///
/// Each system adds its fields on top (RFC 5322 §3.6.7, RFC 8601 §5): what stands below the
/// signature was there before it was made.
pub(super) fn passed_at(header: &Header, place: usize, signature: &Signature) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let is_result = |name: &[u8]| {
        FIELDS
            .iter()
            .any(|field| name.eq_ignore_ascii_case(field.as_bytes()))
    };
    let above = header.fields().take(place);
    for field in above.filter(|field| is_result(field.name())).take(MANY) {
        let results = AuthenticationResults::parse(field.value());
        let passes = results
            .dkim
            .iter()
            .any(|result| is_pass_of(result, signature));
        // Some name no system, Microsoft's for one.
        let id = results.authserv_id.as_deref().filter(|id| is_name(id));
        let id = id.unwrap_or("a system").to_owned();
        if passes && !found.contains(&id) {
            found.push(id);
        }
    }
    found
}

/// Whether an authserv-id is a name, and no sentence.
fn is_name(id: &str) -> bool {
    let is_of_name = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
    !id.is_empty() && id.len() <= MAX_NAME && id.bytes().all(is_of_name)
}

/// Whether a result is `pass` for the signature's domain, and for nothing that it is not.
fn is_pass_of(result: &DkimResult, signature: &Signature) -> bool {
    let fits = |value: &Option<String>, fits: &dyn Fn(&str) -> bool| {
        value.as_ref().is_none_or(|value| fits(value))
    };
    let (own, selector) = (signature.domain.to_ascii(), signature.selector.to_ascii());
    result.result == "pass"
        && (result.domain.is_some() || result.identity.is_some())
        && fits(&result.domain, &|domain| domain.eq_ignore_ascii_case(own))
        && fits(&result.identity, &|identity| is_identity_of(identity, own))
        && fits(&result.selector, &|other| {
            other.eq_ignore_ascii_case(selector)
        })
        && fits(&result.signature, &|start| {
            STANDARD.encode(&signature.signature).starts_with(start)
        })
}

/// Whether an identity is of the domain or of one below it.
fn is_identity_of(identity: &str, domain: &str) -> bool {
    let of = identity.rsplit('@').next().unwrap_or_default();
    let of = of.to_ascii_lowercase();
    of.strip_suffix(domain)
        .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::{HeaderField, LineEndings, parse};

    fn check(results: &str, expected: &[&str]) {
        let field = "DKIM-Signature: v=1; a=rsa-sha256; d=example.com; s=s1; h=From; \
                     bh=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=; b=q1w2e3r4AAAA\r\n";
        let field = HeaderField::from_raw(field.as_bytes(), LineEndings::Lenient);
        let signature = Signature::parse(field).unwrap();
        let (header, _) = parse(results.as_bytes(), LineEndings::Lenient).unwrap();
        let found = passed_at(&header, header.fields().count(), &signature);
        assert_eq!(found, expected, "{results:?}");
        assert!(passed_at(&header, 0, &signature).is_empty(), "{results:?}");
    }

    #[test]
    fn results_of_the_past() {
        let ar = |rest: &str| format!("Authentication-Results: mx.example; {rest}\r\n");
        check(&ar("dkim=pass header.d=example.com"), &["mx.example"]);
        check(
            &ar("dkim=pass (2048-bit; ok) header.d=Example.com header.s=s1"),
            &["mx.example"],
        );
        check(
            &ar("spf=fail; dkim = pass\r\n header.i=@example.com header.b=q1w2"),
            &["mx.example"],
        );
        check(&ar("dkim=fail header.d=example.com"), &[]);
        check(&ar("dkim=pass"), &[]);
        check(&ar("dkim=pass header.d=example.com header.s=s2"), &[]);
        check(&ar("dkim=pass header.d=example.com header.b=zzzz"), &[]);
        check(&ar("dkim=pass header.d=badexample.com"), &[]);
        check(&ar("dkim=pass header.i=joe@badexample.com"), &[]);
        check(&ar("dkim=none (dkim=pass header.d=example.com)"), &[]);
        check(&ar("x=\"; dkim=pass header.d=example.com\""), &[]);
        check(
            "ARC-Authentication-Results: i=1; a.example 1; dkim=pass header.i=@example.com\r\n\
             Authentication-Results: b.example; dkim=pass header.d=example.com\r\n",
            &["a.example", "b.example"],
        );
        check(
            "Authentication-Results: spf=pass smtp.mailfrom=example.com;\r\n dkim=pass (signature was \
             verified) header.d=example.com;\r\n",
            &["a system"],
        );
        check(
            "Authentication-Results: \"you must click\"; dkim=pass header.d=example.com\r\n",
            &["a system"],
        );
        check("Authentication-Results: (((\r\n", &[]);
        check("Subject: x\r\n", &[]);
    }
}
