//! The order in which changes of the header are told, and how many of them.

use crate::explain::{Cause, Explanation};

/// So many are told.
const MANY: usize = 20;
/// So many names of fields are told for the rest.
const NAMES: usize = 10;

/// The changes, the surest first, those of From and of Subject before others; of very many the
/// last ones in one sentence.
pub(super) fn in_order(mut told: Vec<Explanation>) -> Vec<Explanation> {
    told.sort_by_key(|each| (each.proof, place(each)));
    if told.len() <= MANY {
        return told;
    }
    let rest = told.split_off(MANY - 1);
    let mut names: Vec<&str> = Vec::new();
    for name in rest.iter().filter_map(|each| each.field.as_deref()) {
        if !names.contains(&name) && names.len() < NAMES {
            names.push(name);
        }
    }
    // Sorted, so that the first is the surest: the last says how sure all of them are.
    let Some(last) = rest.last() else {
        return told;
    };
    let is_all = |cause| rest.iter().all(|each| each.cause == cause);
    let cause = if is_all(last.cause) {
        last.cause
    } else {
        Cause::HeaderValueChanged
    };
    told.push(Explanation {
        cause,
        proof: last.proof,
        detail: format!(
            "there are {} more such changes, among them of {}",
            rest.len(),
            names.join(", ")
        ),
        field: None,
        original: None,
        remedy: cause.remedy().into(),
    });
    told
}

fn place(each: &Explanation) -> usize {
    let field = each.field.as_deref().unwrap_or_default();
    let first = ["from", "subject"];
    first
        .iter()
        .position(|name| field.eq_ignore_ascii_case(name))
        .unwrap_or(first.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explain::Proof;

    fn of(field: &str, proof: Proof) -> Explanation {
        let cause = Cause::HeaderValueChanged;
        Explanation {
            cause,
            proof,
            detail: String::new(),
            field: Some(field.to_owned()),
            original: None,
            remedy: cause.remedy().into(),
        }
    }

    #[test]
    fn from_and_subject_come_first() {
        let told = ["To", "SUBJECT", "Date", "From"].map(|name| of(name, Proof::Likely));
        let mut told = told.to_vec();
        told.push(of("Cc", Proof::Proven));
        let names: Vec<_> = in_order(told).into_iter().map(|each| each.field).collect();
        let names: Vec<_> = names.iter().flatten().collect();
        assert_eq!(names, ["Cc", "From", "SUBJECT", "To", "Date"]);
    }

    #[test]
    fn very_many_are_told_together() {
        let told = (0..40).map(|at| of(&format!("X-{at}"), Proof::Proven));
        let told = in_order(told.collect());
        assert_eq!(told.len(), MANY);
        let last = told.last().map(|each| each.detail.as_str());
        let expected = "there are 21 more such changes, among them of X-19, X-20, X-21, X-22, \
                        X-23, X-24, X-25, X-26, X-27, X-28";
        assert_eq!(last, Some(expected));
    }
}
