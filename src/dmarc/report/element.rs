//! The elements of a report, as the schemas of RFC 9990 and RFC 7489 Appendix C nest them.

/// An element that matters here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Element {
    /// What holds the root element.
    Document,
    Feedback,
    Metadata,
    OrgName,
    Email,
    ReportId,
    DateRange,
    Begin,
    End,
    PolicyPublished,
    PolicyDomain,
    Record,
    Row,
    SourceIp,
    Count,
    PolicyEvaluated,
    EvaluatedDkim,
    EvaluatedSpf,
    Identifiers,
    HeaderFrom,
    EnvelopeFrom,
    AuthResults,
    Signature,
    SignatureDomain,
    Selector,
    SignatureResult,
    /// Any other; nothing in it is read.
    Other,
}

use Element::{
    AuthResults, Begin, Count, DateRange, Document, Email, End, EnvelopeFrom, EvaluatedDkim,
    EvaluatedSpf, Feedback, HeaderFrom, Identifiers, Metadata, OrgName, Other, PolicyDomain,
    PolicyEvaluated, PolicyPublished, Record, ReportId, Row, Selector, Signature, SignatureDomain,
    SignatureResult, SourceIp,
};

/// An element with its parent and its name. Those without children here have text.
const ELEMENTS: &[(Element, &str, Element)] = &[
    (Document, "feedback", Feedback),
    (Feedback, "report_metadata", Metadata),
    (Metadata, "org_name", OrgName),
    (Metadata, "email", Email),
    (Metadata, "report_id", ReportId),
    (Metadata, "date_range", DateRange),
    (DateRange, "begin", Begin),
    (DateRange, "end", End),
    (Feedback, "policy_published", PolicyPublished),
    (PolicyPublished, "domain", PolicyDomain),
    (Feedback, "record", Record),
    (Record, "row", Row),
    (Row, "source_ip", SourceIp),
    (Row, "count", Count),
    (Row, "policy_evaluated", PolicyEvaluated),
    (PolicyEvaluated, "dkim", EvaluatedDkim),
    (PolicyEvaluated, "spf", EvaluatedSpf),
    (Record, "identifiers", Identifiers),
    // Some reporters follow the first draft.
    (Record, "identities", Identifiers),
    (Identifiers, "header_from", HeaderFrom),
    (Identifiers, "envelope_from", EnvelopeFrom),
    (Record, "auth_results", AuthResults),
    (AuthResults, "dkim", Signature),
    (Signature, "domain", SignatureDomain),
    (Signature, "selector", Selector),
    (Signature, "result", SignatureResult),
];

impl Element {
    /// The element of this name in this one.
    pub(super) fn child(self, name: &str) -> Self {
        let is_it = |row: &&(Element, &str, Element)| row.0 == self && row.1 == name;
        ELEMENTS.iter().find(is_it).map_or(Other, |row| row.2)
    }

    /// Whether its text is read.
    pub(super) fn has_text(self) -> bool {
        !matches!(self, Document | Other) && ELEMENTS.iter().all(|row| row.0 != self)
    }

    /// The names that lead to it, from below the root or the record that it is in.
    pub(super) fn path(self) -> String {
        let row = ELEMENTS.iter().find(|row| row.2 == self);
        match row {
            None => String::new(),
            Some((Document | Feedback | Record, name, _)) => (*name).to_owned(),
            Some((parent, name, _)) => format!("{}/{name}", parent.path()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_are_known_by_where_they_are() {
        assert_eq!(Document.child("feedback"), Feedback);
        assert_eq!(Feedback.child("feedback"), Other);
        assert_eq!(Signature.child("domain"), SignatureDomain);
        assert_eq!(PolicyPublished.child("domain"), PolicyDomain);
        assert_eq!(Other.child("domain"), Other);
        assert!(Count.has_text() && !Row.has_text() && !Other.has_text());
        assert_eq!(Begin.path(), "report_metadata/date_range/begin");
        assert_eq!(Selector.path(), "auth_results/dkim/selector");
        assert_eq!(Record.path(), "record");
        assert_eq!(Other.path(), "");
    }
}
