//! Ways of hashing a body: what a signer makes of lines, which line ends it puts, and what it does
//! at the end.

use super::Found;
use super::forms::Form;
use super::white_space::WhiteSpace;
use crate::canonicalization::Canonicalization;
use crate::explain::body::claim::Claim;
use crate::explain::body::story::Story;
use crate::explain::body::undone;
use crate::explain::{Budget, Cause, Exhausted};
use crate::hash::Digest;
use crate::message::LineEndings;

/// What a signer does at the end of a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    /// It leaves out empty lines, as it should.
    Proper,
    /// It leaves out the last line end too.
    Unended,
    /// It keeps lines that have white space alone.
    BlankLines,
    /// It keeps all lines.
    EmptyLines,
}

impl End {
    /// As it reads behind "the hash of the body".
    const fn said(self) -> &'static str {
        match self {
            Self::Proper => "",
            Self::Unended => "without the line end at its end",
            Self::BlankLines => {
                "with the lines of white space alone at its end, which relaxed canonicalization \
                 ignores"
            }
            Self::EmptyLines => "with the empty lines at its end, which canonicalization ignores",
        }
    }

    /// As it reads behind "have the signer".
    const fn remedy(self, canonicalization: Canonicalization) -> Option<&'static str> {
        Some(match (self, canonicalization) {
            (Self::Proper, _) => return None,
            (Self::Unended, Canonicalization::Simple) => {
                "sign the body with CRLF at its end (RFC 6376 §3.4.3)"
            }
            (Self::Unended, Canonicalization::Relaxed) => {
                "sign the body with CRLF at its end (RFC 6376 §3.4.4)"
            }
            (Self::BlankLines, _) => {
                "drop white space at line ends before it leaves out empty lines (RFC 6376 §3.4.4)"
            }
            (Self::EmptyLines, _) => {
                "leave out the empty lines at the end of the body (RFC 6376 §3.4.3)"
            }
        })
    }
}

const CRLF: &[u8] = b"\r\n";
const LF: &[u8] = b"\n";

/// Tries all ways that make a difference.
pub(super) fn search(claim: &Claim<'_>, body: &[u8], budget: &mut Budget<'_>) -> Found {
    let mut forms = vec![Form::SIMPLE, Form::RELAXED];
    if claim.canonicalization == Canonicalization::Relaxed {
        forms.extend(Form::half_relaxed());
    }
    forms.push(Form::NOFWS);
    for form in different(forms, claim, body, budget)? {
        for line_end in [CRLF, LF] {
            if let Some(end) = hashed(form, line_end, claim, body, budget)? {
                return Ok(Some(vec![story(form, line_end, end, claim, body)]));
            }
        }
    }
    Ok(None)
}

fn story(form: Form, line_end: &[u8], end: End, claim: &Claim<'_>, body: &[u8]) -> Story {
    let (mut said, mut remedies) = (Vec::new(), Vec::new());
    match (form, claim.canonicalization) {
        (Form::SIMPLE, Canonicalization::Simple) | (Form::RELAXED, Canonicalization::Relaxed) => {}
        (Form::SIMPLE, _) => said.push("as it is, though c= says relaxed"),
        (Form::RELAXED, _) => said.push("in relaxed canonicalization, though c= says simple"),
        (Form::NOFWS, _) => said.push("without any white space, as DomainKeys had it (nofws)"),
        _ => {
            let (what, remedy): (Vec<_>, Vec<_>) = form.differences().unzip();
            said.push("in relaxed canonicalization made only in part");
            said.extend(what);
            remedies.push(format!("{} (RFC 6376 §3.4.4)", remedy.join(", and ")));
        }
    }
    said.extend(Some(end.said()).filter(|said| !said.is_empty()));
    remedies.extend(end.remedy(claim.canonicalization).map(str::to_owned));
    let mut cause = Cause::CanonicalizationMislabelled;
    if line_end == LF {
        cause = Cause::LineEndingsChanged;
        said.push("with LF line ends: the signer did not make CRLF of them");
        remedies.push("make CRLF of line ends before it signs (RFC 6376 §5.3)".to_owned());
    }
    let said = format!("bh= is the hash of the body {}", said.join(", "));
    if form == Form::NOFWS {
        let space = WhiteSpace::in_lines(form, body, usize::MAX);
        return space.story(&said, "a body that had none");
    }
    let story = Story::new(cause, said);
    if remedies.is_empty() {
        return story;
    }
    story.with_remedy(format!("have the signer {}", remedies.join(", and ")))
}

/// The lines of a body without their line ends, and whether they have one.
fn lines<'b>(claim: &Claim<'_>, body: &'b [u8]) -> impl Iterator<Item = (&'b [u8], bool)> {
    let is_lenient = claim.line_endings == LineEndings::Lenient;
    let mut rest = body;
    std::iter::from_fn(move || {
        let end = if is_lenient {
            memchr::memchr(b'\n', rest).map(|at| at + 1)
        } else {
            memchr::memmem::find(rest, CRLF).map(|at| at + CRLF.len())
        };
        let (line, behind) = rest.split_at(end.unwrap_or(rest.len()));
        rest = behind;
        let content = if end.is_some() {
            undone::content(line)
        } else {
            line
        };
        (!line.is_empty()).then_some((content, end.is_some()))
    })
}

/// The forms of which no two are the same for this body.
fn different(
    forms: Vec<Form>,
    claim: &Claim<'_>,
    body: &[u8],
    budget: &mut Budget<'_>,
) -> Result<Vec<Form>, Exhausted> {
    // For each form, those before it that are the same so far.
    let mut same: Vec<Vec<bool>> = (0..forms.len()).map(|count| vec![true; count]).collect();
    let mut made = vec![Vec::new(); forms.len()];
    for (line, _) in lines(claim, body) {
        budget.spend(line.len() + 1)?;
        if memchr::memchr2(b' ', b'\t', line).is_none() {
            continue;
        }
        budget.spend(forms.len() * line.len())?;
        for (form, made) in forms.iter().zip(&mut made) {
            made.clear();
            form.put(line, made);
        }
        for (at, same) in same.iter_mut().enumerate() {
            for (before, same) in same.iter_mut().enumerate() {
                *same &= made[at] == made[before];
            }
        }
    }
    let all = forms.into_iter().zip(same);
    let different = all.filter(|(_, same)| !same.contains(&true));
    Ok(different.map(|(form, _)| form).collect())
}

/// At which end, if any, a form of the body has the hash of `bh=`; without the words of the body
/// there is nothing to tell by.
fn hashed(
    form: Form,
    line_end: &[u8],
    claim: &Claim<'_>,
    body: &[u8],
    budget: &mut Budget<'_>,
) -> Result<Option<End>, Exhausted> {
    let mut digest = Digest::new(claim.algorithm);
    let mut is_empty = true;
    // Line ends behind what was hashed; and those up to the last line that is not empty.
    let (mut line_ends, mut up_to_blank) = (0, 0);
    let mut made = Vec::new();
    for (line, has_end) in lines(claim, body) {
        budget.spend(line.len() + 1)?;
        made.clear();
        form.put(line, &mut made);
        if !made.is_empty() {
            put_line_ends(line_end, line_ends, &mut digest, budget)?;
            digest.update(&made);
            line_ends = 0;
            is_empty = false;
        }
        line_ends += usize::from(has_end);
        if !line.is_empty() {
            up_to_blank = line_ends;
        }
    }
    if is_empty {
        return Ok(None);
    }
    let ends = [
        (End::Proper, 1),
        (End::Unended, 0),
        (End::BlankLines, up_to_blank),
        (End::EmptyLines, line_ends),
    ];
    // One line end is a proper one, whichever it is.
    for (end, count) in ends
        .into_iter()
        .filter(|(end, count)| *end == End::Unended || *count > 0)
    {
        let mut ended = digest.clone();
        put_line_ends(line_end, count, &mut ended, budget)?;
        if ended.is_now(claim.hash) {
            return Ok(Some(end));
        }
    }
    Ok(None)
}

fn put_line_ends(
    line_end: &[u8],
    count: usize,
    digest: &mut Digest,
    budget: &mut Budget<'_>,
) -> Result<(), Exhausted> {
    const AT_ONCE: usize = 1024;
    let mut left = count;
    while left > 0 {
        let now = left.min(AT_ONCE);
        let bytes = line_end.repeat(now);
        budget.spend(bytes.len())?;
        digest.update(&bytes);
        left -= now;
    }
    Ok(())
}
