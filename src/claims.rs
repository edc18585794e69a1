//! What the header of a message claims about its authentication: Authentication-Results fields
//! (RFC 8601) and ARC sets (RFC 8617). Nobody has checked it here: anybody can write such fields.

use crate::authentication_results::{AuthenticationResults, DkimResult};
use crate::message::{Header, HeaderField};
use crate::syntax::escape::printable;
use crate::syntax::tag_list::TagList;
use crate::verdict::{Warning, WarningCode};
use crate::verify::Report;

/// The most fields and sets that are looked at; RFC 8617 allows no more sets.
const MOST: usize = 50;
/// The most results that a sentence names.
const SHOWN: usize = 3;

/// The name of the fields that say what a receiver found.
const RESULTS: &str = "Authentication-Results";
const ARC_RESULTS: &str = "ARC-Authentication-Results";
const ARC_SEAL: &str = "ARC-Seal";
const ARC_SIGNATURE: &str = "ARC-Message-Signature";

/// The Authentication-Results fields of a header, from the top; those of ARC are no part of them.
#[must_use]
pub fn authentication_results(header: &Header) -> Vec<AuthenticationResults> {
    let fields = header.fields_named(RESULTS).take(MOST);
    fields
        .map(|field| AuthenticationResults::parse(field.value()))
        .collect()
}

/// What a system on the way noted and sealed (RFC 8617 §4.1), as far as it can be read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ArcSet {
    /// Its number (`i=`), from 1: the first system's.
    pub instance: u32,
    /// The domain that sealed it (`d=` of ARC-Seal), made printable.
    pub sealer: Option<String>,
    /// The selector of the key (`s=` of ARC-Seal), made printable.
    pub selector: Option<String>,
    /// What the sealer says of the sets before its own (`cv=`): `none`, `pass` or `fail`; made
    /// printable.
    pub chain: Option<String>,
    /// What the sealer found: its ARC-Authentication-Results.
    pub results: Option<AuthenticationResults>,
    /// Whether there is an ARC-Message-Signature.
    pub has_signature: bool,
}

impl ArcSet {
    /// Whether each of the three fields is there that make a set.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.sealer.is_some() && self.results.is_some() && self.has_signature
    }
}

/// The ARC sets of a header, the first system's first.
#[must_use]
pub fn arc_sets(header: &Header) -> Vec<ArcSet> {
    let mut sets: Vec<ArcSet> = Vec::new();
    for field in header.fields() {
        if field.is_named(ARC_RESULTS) {
            let results = AuthenticationResults::parse(field.value());
            if let Some(set) = set_of(&mut sets, instance_of_results(field)) {
                set.results.get_or_insert(results);
            }
        } else if field.is_named(ARC_SEAL) || field.is_named(ARC_SIGNATURE) {
            let Ok(tags) = TagList::parse(field.value(), field.line_endings()) else {
                continue;
            };
            let text = |name| tags.get(name).map(printable);
            let Some(set) = set_of(&mut sets, tags.get("i")) else {
                continue;
            };
            if field.is_named(ARC_SIGNATURE) {
                set.has_signature = true;
            } else if set.sealer.is_none() {
                set.sealer = text("d");
                set.selector = text("s");
                set.chain = text("cv");
            }
        }
    }
    sets.sort_by_key(|set| set.instance);
    sets
}

/// The set of an instance, a new one if there is none; `None` where it is no instance, or one too
/// many.
fn set_of<'a>(sets: &'a mut Vec<ArcSet>, instance: Option<&[u8]>) -> Option<&'a mut ArcSet> {
    let instance = std::str::from_utf8(instance?).ok()?.parse().ok()?;
    if let Some(place) = sets.iter().position(|set| set.instance == instance) {
        return sets.get_mut(place);
    }
    if sets.len() >= MOST {
        return None;
    }
    sets.push(ArcSet {
        instance,
        ..ArcSet::default()
    });
    sets.last_mut()
}

/// The instance that ARC-Authentication-Results begins with: `i=1;`.
fn instance_of_results(field: HeaderField<'_>) -> Option<&[u8]> {
    let first = field.value().split(|&byte| byte == b';').next()?;
    let value = first.trim_ascii().strip_prefix(b"i")?.trim_ascii_start();
    Some(value.strip_prefix(b"=")?.trim_ascii())
}

/// The warning that there are ARC sets: who sealed the last one, what it says, and that nobody has
/// validated it. `None` where there are none.
#[must_use]
pub fn arc_warning(header: &Header) -> Option<Warning> {
    let sets = arc_sets(header);
    let last = sets.last()?;
    let sealer = match &last.sealer {
        Some(sealer) => format!("was sealed by {sealer}"),
        None => "has no seal".to_owned(),
    };
    let which = match sets.len() {
        1 => "there is an ARC set that".to_owned(),
        count => format!("there are {count} ARC sets, the last of which"),
    };
    let says = last.results.as_ref().map_or_else(
        || "has no results".to_owned(),
        |results| format!("says {}", in_words(results)),
    );
    let message =
        format!("{which} {sealer} and {says}: it is not validated, and anybody can write one");
    Some(Warning::new(WarningCode::Arc, message))
}

/// The warning that an Authentication-Results field claims a pass that no signature bears out: of a
/// domain whose signatures do not pass, or of DMARC. `None` where a signature passes that is aligned
/// with the From domain, and where no field claims that.
#[must_use]
pub fn claim_warning(report: &Report) -> Option<Warning> {
    if report.passes_aligned() || report.header.foreign().is_some() {
        return None;
    }
    let signers = report.signers();
    let is_signer = |domain: &str| {
        let mut signers = signers.iter();
        signers.any(|signer| signer.as_str().eq_ignore_ascii_case(domain))
    };
    let is_borne_out = |result: &DkimResult| match result.signing_domain() {
        Some(domain) => is_signer(domain),
        None => !signers.is_empty(),
    };
    let claims = authentication_results(&report.header);
    let claim = claims.iter().find(|claim| {
        let mut passing = claim.dkim.iter().filter(|result| result.result == "pass");
        passes_dmarc(claim) || passing.any(|result| !is_borne_out(result))
    })?;
    let whose = match &claim.authserv_id {
        Some(id) => format!(" of {}", printable(id.as_bytes())),
        None => String::new(),
    };
    let dkim = (!claim.dkim.is_empty()).then(|| in_words(claim));
    let dmarc = passes_dmarc(claim).then(|| "dmarc=pass".to_owned());
    let says: Vec<_> = dkim.into_iter().chain(dmarc).collect();
    let message = format!(
        "an Authentication-Results field{whose} says {}: it is no signature, and anybody can write it",
        says.join(", ")
    );
    Some(Warning::new(WarningCode::ClaimedPass, message).about_field(RESULTS))
}

fn passes_dmarc(results: &AuthenticationResults) -> bool {
    results.dmarc.as_deref() == Some("pass")
}

/// The results of DKIM in words, the first three of many; free of control characters.
#[must_use]
pub fn in_words(results: &AuthenticationResults) -> String {
    if results.dkim.is_empty() {
        return "nothing of DKIM".to_owned();
    }
    let mut words: Vec<String> = results.dkim.iter().take(SHOWN).map(result).collect();
    if results.dkim.len() > SHOWN {
        words.push(format!("{} more", results.dkim.len() - SHOWN));
    }
    words.join(", ")
}

fn result(result: &DkimResult) -> String {
    let name = printable(result.result.as_bytes());
    match result.signing_domain() {
        Some(domain) => format!("dkim={name} for {}", printable(domain.as_bytes())),
        None => format!("dkim={name}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::{LineEndings, parse};
    use crate::verify::Verifier;

    fn header(fields: &str) -> Header {
        parse(fields.as_bytes(), LineEndings::Lenient).unwrap().0
    }

    const SEAL: &str =
        "ARC-Seal: i=1; a=rsa-sha256; t=1764000000; cv=none; d=fwd.example; s=arc; b=AA\r\n";
    const SIGNATURE: &str =
        "ARC-Message-Signature: i=1; a=rsa-sha256; d=fwd.example; s=arc; bh=AA; b=AA\r\n";
    const FOUND: &str =
        "ARC-Authentication-Results: i=1; fwd.example;\r\n dkim=pass header.d=firma.example\r\n";

    #[test]
    fn sets_are_put_together() {
        let second = SEAL.replace("i=1", "i=2").replace("cv=none", "cv=pass");
        let sets = arc_sets(&header(&format!("{second}{SIGNATURE}{FOUND}{SEAL}")));
        assert_eq!(sets.len(), 2);
        assert_eq!((sets[0].instance, sets[0].is_complete()), (1, true));
        assert_eq!(sets[0].sealer.as_deref(), Some("fwd.example"));
        assert_eq!(sets[0].selector.as_deref(), Some("arc"));
        assert_eq!(sets[0].chain.as_deref(), Some("none"));
        assert_eq!((sets[1].instance, sets[1].is_complete()), (2, false));
        assert_eq!(sets[1].chain.as_deref(), Some("pass"));
        for unreadable in [
            "ARC-Seal: x\r\n",
            "ARC-Seal: i=z; d=a\r\n",
            "ARC-Authentication-Results: x; dkim=pass\r\n",
        ] {
            assert_eq!(arc_sets(&header(unreadable)), []);
        }
        let many: String = (0..1000)
            .map(|i| format!("ARC-Seal: i={i}; d=a.example\r\n"))
            .collect();
        assert_eq!(arc_sets(&header(&many)).len(), MOST);
    }

    #[test]
    fn sets_are_told() {
        let told = |fields: &str| arc_warning(&header(fields)).map(|warning| warning.message);
        assert_eq!(told("From: a\r\n"), None);
        assert_eq!(
            told(&[SEAL, SIGNATURE, FOUND].concat()).unwrap(),
            "there is an ARC set that was sealed by fwd.example and says dkim=pass for firma.example: \
             it is not validated, and anybody can write one"
        );
        let second = SEAL.replace("i=1", "i=2").replace("fwd", "evil");
        assert_eq!(
            told(&[SEAL, &second].concat()).unwrap(),
            "there are 2 ARC sets, the last of which was sealed by evil.example and has no \
             results: it is not validated, and anybody can write one"
        );
    }

    #[test]
    fn a_pass_that_is_claimed_is_called_a_claim() {
        let told = |fields: &str| {
            let report = Verifier::default().begin(header(fields), 0).finish();
            claim_warning(&report).map(|warning| warning.message)
        };
        assert_eq!(
            told(
                "Authentication-Results: mx.example; dkim=fail header.d=a.example; dmarc=fail\r\n"
            ),
            None
        );
        assert_eq!(
            told("ARC-Authentication-Results: i=1; mx.example; dkim=pass\r\n"),
            None
        );
        assert_eq!(
            told(
                "Authentication-Results: mx.example; spf=pass; dmarc=PASS header.from=a.example\r\n"
            )
            .unwrap(),
            "an Authentication-Results field of mx.example says dmarc=pass: it is no signature, and \
             anybody can write it"
        );
        let forged = "Authentication-Results: mx.\u{1b}example; dkim=pass header.d=a.example;\r\n dkim=pass; \
                      dkim=none; dkim=fail header.i=@b.example; spf=pass\r\n";
        assert_eq!(
            told(forged).unwrap(),
            "an Authentication-Results field of mx.\\u{1b}example says dkim=pass for a.example, \
             dkim=pass, dkim=none, 1 more: it is no signature, and anybody can write it"
        );
    }
}
