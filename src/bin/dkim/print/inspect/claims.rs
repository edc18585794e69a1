//! What the header claims about its authentication, which nobody has checked.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use dkim_toolkit::authentication_results::{AuthenticationResults, DkimResult};
use dkim_toolkit::claims::{ArcSet, arc_sets, authentication_results};
use dkim_toolkit::escape::escape;
use dkim_toolkit::signature::Signature;
use dkim_toolkit::verify::Report as Found;
use serde::Serialize;

use crate::print::report::{PLAIN, Report, UNSURE};

/// The least that tells a signature by its beginning (RFC 6008 §4).
const TELLING: usize = 8;

/// What Authentication-Results fields and ARC sets claim.
#[derive(Serialize)]
pub struct Claims {
    authentication_results: Vec<Claim>,
    arc: Vec<Set>,
}

/// What one system says that it found.
#[derive(Serialize)]
struct Claim {
    authserv_id: Option<String>,
    dkim: Vec<DkimClaim>,
}

/// A result of DKIM, and of which signature.
#[derive(Serialize)]
struct DkimClaim {
    result: String,
    reason: Option<String>,
    domain: Option<String>,
    selector: Option<String>,
    identity: Option<String>,
    algorithm: Option<String>,
    b: Option<String>,
    /// The number of the signature that it is about, if that is clear.
    signature: Option<usize>,
}

#[derive(Serialize)]
struct Set {
    instance: u32,
    sealed_by: Option<String>,
    selector: Option<String>,
    chain: Option<String>,
    complete: bool,
    results: Option<Claim>,
}

impl Claims {
    /// Those of the message that a report is about.
    pub fn new(found: &Found) -> Self {
        let signatures: Vec<Option<&Signature>> = (found.verdicts.iter())
            .map(|verdict| verdict.signature.as_ref())
            .collect();
        let claims = authentication_results(&found.header).into_iter();
        Self {
            authentication_results: claims.map(|claim| Claim::new(claim, &signatures)).collect(),
            arc: arc_sets(&found.header)
                .into_iter()
                .map(|set| Set::new(set, &signatures))
                .collect(),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.authentication_results.is_empty() && self.arc.is_empty()
    }

    /// Adds them to the text about a message.
    pub fn report(&self, report: &mut Report) {
        let Self {
            authentication_results,
            arc,
        } = self;
        if self.is_empty() {
            return;
        }
        let heading =
            "what others claim to have found; it is not checked, and anybody can write it:";
        report.wrapped(2, UNSURE, "", heading);
        for claim in authentication_results {
            let whose = match &claim.authserv_id {
                Some(id) => format!("Authentication-Results of {id}:"),
                None => "Authentication-Results without a name:".to_owned(),
            };
            claim.report(report, &whose);
        }
        for set in arc {
            set.report(report);
        }
    }
}

impl Claim {
    fn new(results: AuthenticationResults, signatures: &[Option<&Signature>]) -> Self {
        let dkim = results.dkim.into_iter();
        Self {
            authserv_id: results.authserv_id,
            dkim: dkim
                .map(|result| DkimClaim::new(result, signatures))
                .collect(),
        }
    }

    fn report(&self, report: &mut Report, whose: &str) {
        report.wrapped(4, PLAIN, "", &escape(whose));
        if self.dkim.is_empty() {
            report.wrapped(6, PLAIN, "", "nothing about DKIM");
        }
        for claim in &self.dkim {
            report.wrapped(6, PLAIN, "", &escape(&claim.in_words()));
        }
    }
}

impl DkimClaim {
    fn new(result: DkimResult, signatures: &[Option<&Signature>]) -> Self {
        let signature = number(&result, signatures);
        let DkimResult {
            result,
            reason,
            domain,
            selector,
            identity,
            algorithm,
            signature: b,
            ..
        } = result;
        Self {
            result,
            reason,
            domain,
            selector,
            identity,
            algorithm,
            b,
            signature,
        }
    }

    fn in_words(&self) -> String {
        let mut words = vec![format!("dkim={}", self.result)];
        let mut add = |what: &str, value: &Option<String>| {
            words.extend(value.as_ref().map(|value| format!("{what}{value}")));
        };
        add("d=", &self.domain);
        add("s=", &self.selector);
        if self.domain.is_none() {
            add("i=", &self.identity);
        }
        add("b=", &self.b);
        add("reason: ", &self.reason);
        if let Some(number) = self.signature {
            words.push(format!("(signature {number})"));
        }
        words.join("  ")
    }
}

impl Set {
    fn new(set: ArcSet, signatures: &[Option<&Signature>]) -> Self {
        Self {
            complete: set.is_complete(),
            instance: set.instance,
            sealed_by: set.sealer,
            selector: set.selector,
            chain: set.chain,
            results: set.results.map(|results| Claim::new(results, signatures)),
        }
    }

    fn report(&self, report: &mut Report) {
        let sealer = match &self.sealed_by {
            Some(sealer) => format!("sealed by {sealer}"),
            None => "without a seal".to_owned(),
        };
        let chain = (self.chain.as_ref()).map_or(String::new(), |chain| format!(", cv={chain}"));
        let complete = if self.complete { "" } else { ", incomplete" };
        let whose = format!("ARC set {}, {sealer}{chain}{complete}:", self.instance);
        match &self.results {
            Some(results) => results.report(report, &whose),
            None => report.wrapped(4, PLAIN, "", &escape(whose.trim_end_matches(':'))),
        }
    }
}

/// The number of the signature that a result is about: the one that begins so, or the only one of
/// this domain and selector.
fn number(result: &DkimResult, signatures: &[Option<&Signature>]) -> Option<usize> {
    let is_it = |signature: &Signature| {
        if let Some(start) = (result.signature.as_ref()).filter(|start| start.len() >= TELLING) {
            return STANDARD.encode(&signature.signature).starts_with(start);
        }
        let domain = result.signing_domain();
        let is =
            |name: Option<&str>, own: &str| name.is_none_or(|name| name.eq_ignore_ascii_case(own));
        domain.is_some()
            && is(domain, signature.domain.to_ascii())
            && is(result.selector.as_deref(), signature.selector.to_ascii())
    };
    let mut places = signatures.iter().enumerate();
    let mut fitting = places.by_ref().filter_map(|(place, signature)| {
        signature
            .filter(|signature| is_it(signature))
            .map(|_| place + 1)
    });
    let first = fitting.next()?;
    fitting.next().is_none().then_some(first)
}
