//! A rewrite that is tried, and told of if it was right.

use super::super::appended;
use super::super::claim::{Claim, Fit, PIECE, Scan};
use super::super::quotation::quote_change;
use super::super::story::{Story, count};
use super::{Line, Rewrite, Told, content, in_context, lines, preamble_story};
use crate::explain::quote::quote;
use crate::explain::{Budget, Exhausted};

/// Changed lines up to this many are few: then the first is shown.
const FEW_SHOWN: usize = 3;

/// A rewrite, and in which lines.
pub(super) struct Attempt<'r> {
    pub(super) rewrite: &'r Rewrite,
    /// Whether a line is rewritten, by its number among those that the rewrite changes.
    pub(super) takes: &'r dyn Fn(usize) -> bool,
}

impl<'r> Attempt<'r> {
    /// A rewrite in all lines that it changes.
    pub(super) fn everywhere(rewrite: &'r Rewrite) -> Self {
        Self {
            rewrite,
            takes: &|_| true,
        }
    }

    /// Holds the rewritten body against the claim.
    pub(super) fn scan(
        &self,
        claim: &Claim<'_>,
        body: &[u8],
        budget: &mut Budget<'_>,
    ) -> Result<Option<Fit>, Exhausted> {
        let mut scan = Scan::new(*claim);
        self.each_piece(body, budget, &mut |piece| scan.push(piece))?;
        Ok(scan.finish().fit)
    }

    /// The whole rewritten body.
    pub(super) fn rewritten(
        &self,
        body: &[u8],
        budget: &mut Budget<'_>,
    ) -> Result<Vec<u8>, Exhausted> {
        let mut whole = Vec::with_capacity(body.len());
        self.each_piece(body, budget, &mut |piece| whole.extend_from_slice(piece))?;
        Ok(whole)
    }

    /// Passes on the rewritten body.
    fn each_piece(
        &self,
        body: &[u8],
        budget: &mut Budget<'_>,
        sink: &mut dyn FnMut(&[u8]),
    ) -> Result<(), Exhausted> {
        let mut out = Vec::with_capacity(2 * PIECE);
        let mut seen = 0;
        for line in in_context(body) {
            let start = out.len();
            (self.rewrite.undo)(line, &mut out);
            if out[start..] != *line.line {
                if !(self.takes)(seen) {
                    out.truncate(start);
                    out.extend_from_slice(line.line);
                }
                seen += 1;
            }
            if out.len() >= PIECE {
                budget.spend(2 * out.len())?;
                sink(&out);
                out.clear();
            }
        }
        budget.spend(2 * out.len())?;
        sink(&out);
        Ok(())
    }

    /// What is told of it if it was right.
    pub(super) fn stories(
        &self,
        claim: &Claim<'_>,
        body: &[u8],
        changed: usize,
        fit: Fit,
        budget: &mut Budget<'_>,
    ) -> Result<Vec<Story>, Exhausted> {
        let mut stories = vec![self.story(body, changed)];
        if matches!(fit, Fit::Prefix(_)) {
            let rewritten = self.rewritten(body, budget)?;
            stories.extend(appended::behind(fit, claim, &rewritten, budget)?);
        }
        Ok(stories)
    }

    /// What is told of the change alone.
    pub(super) fn story(&self, body: &[u8], changed: usize) -> Story {
        let Told {
            mut cause,
            mut what,
            in_places,
            preamble,
        } = self.rewrite.told;
        if let Some((line, was)) = preamble {
            let is: usize = lines(body).take(line).map(<[u8]>::len).sum();
            return preamble_story(&body[..is], was.as_bytes());
        }
        if let Some((other_cause, other)) = in_places
            // A footer has no part in it.
            && (changed < 2 || 3 * changed < lines(body).count())
        {
            (cause, what) = (other_cause, other);
        }
        let verb = if changed == 1 { "was" } else { "were" };
        let mut detail = format!("{what}: {} {verb} changed", count(changed, "line"));
        let Some((at, was)) = self.first_change(body).filter(|_| changed <= FEW_SHOWN) else {
            return Story::new(cause, detail);
        };
        let first = if changed == 1 { "" } else { ", the first" };
        let is = content(at.line);
        if was.is_empty() || (content(was.trim_ascii_end()) == is && lines(&was).count() > 1) {
            // Nothing can be shown of an empty line but its place.
            let number = at.number + usize::from(!was.is_empty());
            let before = if was.is_empty() { at.previous } else { is };
            let places = match (in_places, changed) {
                (None, _) => format!(": {} {verb} changed{first}", count(changed, "line")),
                (Some(_), 1) => String::new(),
                (Some(_), _) => format!(" in {changed} places, the first"),
            };
            let mut detail = format!("{what}{places} after line {number}");
            if !content(before).is_empty() {
                detail += &format!(", {}", quote(before));
            }
            return Story::new(cause, detail);
        }
        match quote_change(at.line, &was) {
            Some(shown) => {
                detail += &format!("{first}: {shown}");
                let story = Story::new(cause, detail);
                if changed == 1 {
                    story.with_original(content(&was))
                } else {
                    story
                }
            }
            None => Story::new(cause, detail),
        }
    }

    /// The first line that is changed, and what it was.
    fn first_change<'b>(&self, body: &'b [u8]) -> Option<(Line<'b>, Vec<u8>)> {
        let mut seen = 0;
        in_context(body).find_map(|line| {
            let mut out = Vec::new();
            (self.rewrite.undo)(line, &mut out);
            if out == line.line {
                return None;
            }
            seen += 1;
            (self.takes)(seen - 1).then_some((line, out))
        })
    }
}
