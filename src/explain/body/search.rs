//! The search: candidates for the body that was signed, the likely ones first.
//!
//! A candidate is a list of changes that are undone, to the body as a whole ([`Shape`], lines) or to
//! what its parts say, and a way to write those parts. The search begins with the body as it is. A
//! candidate that does not fit is looked into in turn: the rules are given what they made, so that
//! no rule knows of another. What is tried next is what costs least altogether; of those, what came
//! first. So the same body gives the same answer everywhere.

mod candidate;
mod telling;

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::mem;
use std::rc::Rc;

use self::candidate::{Body, Node, OfBody};
use self::telling::Written;
use super::Found;
use super::appended;
use super::claim::{Claim, Fit};
use super::leaf::Leaf;
use super::mime::{self, Encoding, Structure};
use super::rules;
use super::shape::Shape;
use super::signer;
use super::trial::{End, Hashed, shared};
use super::undone::Text;
use super::version::{Listed, Version, listed, size_of};
use super::writing::{Writing, writings};
use crate::explain::{Budget, Exhausted};
use crate::message::{self, Header};

/// Changes of the body as a whole that are undone, and changes of what one part says.
const MOST_OF_BODY: usize = 3;
const MOST_OF_PART: usize = 4;
/// What costs more altogether is not thinkable.
const DEAREST: u32 = 10;
/// What costs more is not looked into, and is written in its own way alone: of changes in any order,
/// the likely ones are undone first.
const LIKELY: u32 = 4;
/// A body that is longer is looked into only as it is.
const LONGEST: usize = 4 * 1024 * 1024;
/// So many times is a body gone through where it is looked into.
const PASSES: usize = 16;
/// What several changes may cost, of which none is sure.
const TOGETHER: u32 = 7;
/// Beside what costs no more, anything thinkable may have been done.
const SURE: u32 = 1;
/// Memory for bodies that wait to be looked into, and for what rules said.
const ROOM: usize = 48 * 1024 * 1024;
/// Of a list for which there is no room, so many are kept.
const FEW: usize = 32;
/// What the mistakes of signers cost: some look like what is done to bodies, where that is likelier.
const MISTAKES: u32 = 4;
/// What a second change costs beside the change itself, and one to another part: what happened in one
/// step is likelier than the same in two.
const SECOND: u32 = 1;
const ELSEWHERE: u32 = 2;

/// Searches for the body that was signed, in one that has this structure.
pub(super) fn search<'c>(
    claim: Claim<'c>,
    header: &Header,
    structure: Structure,
    body: &'c [u8],
    budget: &mut Budget<'_>,
) -> Found {
    let hashed = Hashed::new(claim, body, budget)?;
    let outcome = hashed.outcome;
    if let Some(fit) = outcome.fit {
        // Only where l= says more than there is: the hash is right without it.
        let fit = match fit {
            Fit::Whole => Fit::Prefix(u64::MAX),
            Fit::Prefix(_) => fit,
        };
        return Ok(appended::behind(fit, &claim, body, budget)?.map(|story| vec![story]));
    }
    let body = Body::new(hashed, Rc::new(header.clone()), structure);
    let mut search = Search {
        claim,
        budget,
        writings: writings(),
        queue: BTreeMap::new(),
        count: 0,
        seen: HashSet::from([outcome.mark]),
        room: ROOM,
    };
    let node = Node::of(Rc::new(body), 0);
    search.push(0, Step::LookInto(node.clone()));
    search.push(MISTAKES, Step::BlameSigner(node.body));
    search.run()
}

/// One thing to do.
enum Step<'c> {
    /// Ask the rules what a candidate may have been.
    LookInto(Node<'c>),
    /// Undo one of the changes that they named.
    Undo(Node<'c>, Rc<List>, usize),
    /// Try the parts in one of the writings.
    Write(Node<'c>, usize),
    /// Try the mistakes of signers.
    BlameSigner(Rc<Body<'c>>),
}

/// Changes that rules named, the likely ones first.
struct List(Vec<(u32, Named)>);

/// One of them.
enum Named {
    OfBody(OfBody),
    /// Of a part, the one in this place of a list.
    OfPart(usize, Rc<[Listed]>, usize),
}

struct Search<'c, 's, 'b> {
    claim: Claim<'c>,
    budget: &'s mut Budget<'b>,
    writings: Vec<Writing>,
    /// By their cost; of those that cost the same, what is at hand comes before more of it is asked
    /// for, and what came first before the others.
    queue: BTreeMap<(u32, bool, u64), Step<'c>>,
    /// Steps that were ever in the queue.
    count: u64,
    /// Marks of the bodies that were tried.
    seen: HashSet<u64>,
    /// What is left of [`ROOM`].
    room: usize,
}

impl<'c> Search<'c, '_, '_> {
    fn push(&mut self, cost: u32, step: Step<'c>) {
        let is_likely = match &step {
            Step::LookInto(node) | Step::Write(node, _) => node.cost <= LIKELY,
            Step::Undo(..) | Step::BlameSigner(_) => true,
        };
        if cost <= DEAREST && is_likely {
            let is_look = matches!(step, Step::LookInto(_));
            self.queue.insert((cost, is_look, self.count), step);
            self.count += 1;
        }
    }

    fn run(&mut self) -> Found {
        while let Some((_, step)) = self.queue.pop_first() {
            let found = match step {
                Step::LookInto(node) => {
                    self.look_into(&node)?;
                    None
                }
                Step::Undo(node, list, at) => {
                    self.push_from(&node, &list, at + 1);
                    self.undo(&node, &list.0[at])?
                }
                Step::Write(node, at) => self.write(node, at)?,
                Step::BlameSigner(body) => self.blame_signer(body.bytes())?,
            };
            if found.is_some() {
                return Ok(found);
            }
        }
        Ok(None)
    }

    fn blame_signer(&mut self, body: &[u8]) -> Found {
        signer::search(&self.claim, body, self.budget)
    }

    /// Takes note of what a list or a body needs, if there is room for it.
    fn take_room(&mut self, size: usize) -> bool {
        let left = self.room.checked_sub(size);
        self.room = left.unwrap_or(self.room);
        left.is_some()
    }

    /// Puts what the rules name into the queue.
    fn look_into(&mut self, node: &Node<'c>) -> Result<(), Exhausted> {
        let body = &node.body;
        let mut named = Vec::new();
        let is_whole = node.changed.is_empty();
        if is_whole && body.depth < MOST_OF_BODY {
            self.budget.spend(PASSES * body.bytes().len())?;
            let shapes = Shape::all_of(&body.structure, body.bytes()).into_iter();
            named.extend(shapes.map(|(cost, shape)| (cost, Named::OfBody(OfBody::Shape(shape)))));
            let text = Text {
                dearest: node.dearest(),
                ..body.text()
            };
            let rules = rules::OF_BODIES.iter();
            let texts = listed(rules.flat_map(|rule| rule(text)), text);
            // Two changes of line ends undo each other, or are none that a system makes.
            let ends_changed = body.of.as_ref().is_some_and(|(_, of)| match of {
                OfBody::Text(undone) => undone.change.is_of_line_ends(),
                OfBody::Shape(_) => false,
            });
            let texts = texts.iter().map(|each| each.undone.clone());
            named.extend(
                texts
                    .filter(|undone| !(ends_changed && undone.change.is_of_line_ends()))
                    .map(|undone| (undone.cost, Named::OfBody(OfBody::Text(undone)))),
            );
        }
        for (at, leaf) in body.leaves.iter().enumerate() {
            if is_whole {
                self.push_writings(node, at);
            }
            if leaf.is_text() {
                self.name_of_part(node, at, &mut named)?;
            }
        }
        if is_whole {
            self.push_all_writings(node);
        }
        named.sort_by_key(|(cost, _)| *cost);
        let size = named.len() * size_of_named();
        if !self.take_room(size) {
            named.truncate(FEW);
            named.shrink_to_fit();
        }
        self.push_from(node, &Rc::new(List(named)), 0);
        Ok(())
    }

    /// Adds what may have been done to a part.
    fn name_of_part(
        &mut self,
        node: &Node<'c>,
        at: usize,
        named: &mut Vec<(u32, Named)>,
    ) -> Result<(), Exhausted> {
        let leaf = &node.body.leaves[at];
        let Some((version, depth)) = node.version(at) else {
            return Ok(());
        };
        if depth >= MOST_OF_PART {
            return Ok(());
        }
        self.budget.spend(4 * version.bytes.len() + 1024)?;
        let likenesses = node.likenesses(at);
        let body_is_first = node.body.depth == 0;
        let more = match (depth, likenesses.is_empty()) {
            (0, true) if body_is_first => 0,
            (0, false) => ELSEWHERE,
            _ => SECOND,
        };
        let dearest = node.dearest();
        let cost = |each: &Listed| {
            if likenesses.contains(&each.likeness) {
                return Some(0);
            }
            let cost = each.undone.cost + more;
            (cost <= dearest).then_some(cost)
        };
        let text = leaf.text(&version.bytes);
        // A body is looked into first with nothing undone in its parts, so that nothing is missing.
        let mut list = version.undone(Text {
            dearest: dearest.saturating_sub(more),
            ..text
        });
        if !version.is_first() {
            list = list
                .iter()
                .filter(|each| cost(each).is_some())
                .cloned()
                .collect();
            if !self.take_room(size_of(&list)) {
                return Ok(());
            }
        }
        let costs = list.iter().map(cost).enumerate();
        named.extend(
            costs.filter_map(|(place, cost)| {
                Some((cost?, Named::OfPart(at, Rc::clone(&list), place)))
            }),
        );
        Ok(())
    }

    /// Puts a list into the queue from a place on.
    fn push_from(&mut self, node: &Node<'c>, list: &Rc<List>, at: usize) {
        if let Some((cost, _)) = list.0.get(at) {
            self.push(
                node.cost + cost,
                Step::Undo(node.clone(), Rc::clone(list), at),
            );
        }
    }

    /// A part as it is, in other writings.
    fn push_writings(&mut self, node: &Node<'c>, at: usize) {
        let first = node.body.leaves[at].decoded(node.body.bytes()).cloned();
        if let Some(node) = first.and_then(|first| node.with(at, first)) {
            self.push_writing(node, 1);
        }
    }

    /// All parts of a kind as they are, in other writings: all that people read, or all in base64.
    fn push_all_writings(&mut self, node: &Node<'c>) {
        let kinds: [fn(&Leaf) -> bool; 2] =
            [Leaf::is_text, |leaf| leaf.part.encoding == Encoding::Base64];
        for is_of_kind in kinds {
            let mut all = node.clone();
            for (at, leaf) in node.body.leaves.iter().enumerate() {
                let first = leaf.decoded(node.body.bytes()).filter(|_| is_of_kind(leaf));
                if let Some(with) = first.and_then(|first| all.with(at, Rc::clone(first))) {
                    all = with;
                }
            }
            if all.changed.len() > 1 {
                self.push_writing(all, 1);
            }
        }
    }

    /// The writings of the parts that were changed.
    fn writings(&self, node: &Node<'c>) -> Rc<[usize]> {
        let mut changed = node.changed.iter();
        let bytes = node.body.bytes();
        let of_leaf =
            |(at, _): &(usize, Rc<Version>)| node.body.leaves[*at].writings(&self.writings, bytes);
        match (changed.next(), changed.len()) {
            (Some(only), 0) => of_leaf(only),
            _ => {
                let all: BTreeSet<_> = node
                    .changed
                    .iter()
                    .flat_map(|each| of_leaf(each).to_vec())
                    .collect();
                all.into_iter().collect()
            }
        }
    }

    fn push_writing(&mut self, node: Node<'c>, at: usize) {
        if let Some(writing) = self.writings(&node).get(at) {
            let cost = node.cost + self.writings[*writing].cost;
            if cost <= TOGETHER {
                self.push(cost, Step::Write(node, at));
            }
        }
    }

    /// Tries a candidate; later it is looked into.
    fn undo(&mut self, node: &Node<'c>, (cost, named): &(u32, Named)) -> Found {
        let cost = node.cost + cost;
        match named {
            Named::OfPart(leaf, list, place) => {
                let Some((version, _)) = node.version(*leaf) else {
                    return Ok(None);
                };
                let undone = list[*place].undone.clone();
                let version = Rc::new(Version::without(version, undone));
                match node.with(*leaf, version) {
                    Some(node) => self.write(Node { cost, ..node }, 0),
                    None => Ok(None),
                }
            }
            Named::OfBody(change) => self.undo_of_body(&node.body, change, cost),
        }
    }

    /// Tries a body as a whole as it may have been.
    fn undo_of_body(&mut self, body: &Rc<Body<'c>>, change: &OfBody, cost: u32) -> Found {
        let bytes = match change {
            OfBody::Shape(shape) => shape.undo(body.bytes()),
            OfBody::Text(undone) => undone.edits.apply(body.bytes()),
        };
        let same = shared(body.bytes(), &bytes);
        self.budget.spend(same / 4)?;
        let is_likely = cost <= LIKELY;
        let end = if is_likely { End::Open } else { End::Signed };
        let outcome = body
            .hashed
            .with(same, &[&bytes[same..]], end, self.budget)?;
        let is_new = is_likely && self.seen.insert(outcome.mark);
        // A long body is not kept.
        let is_kept = outcome.fit.is_some()
            || (is_new && bytes.len() <= LONGEST && self.take_room(bytes.len()));
        if !is_kept {
            return Ok(None);
        }
        let header = match change {
            OfBody::Shape(shape) => shape.header(body.bytes()),
            OfBody::Text(_) => None,
        };
        let header = match header.map(|own| message::parse(own, self.claim.line_endings)) {
            None => Rc::clone(&body.header),
            Some(Ok((header, _))) => Rc::new(header),
            Some(Err(_)) => return Ok(None),
        };
        let hashed = Hashed::new(self.claim, bytes, self.budget)?;
        let structure = mime::structure(&header, &hashed.bytes, self.budget)?;
        let new = Body::new(hashed, header, structure);
        for (leaf, was) in new.leaves.iter().zip(&body.leaves) {
            leaf.write_as(was);
        }
        let new = Body {
            of: Some((Rc::clone(body), change.clone())),
            depth: body.depth + 1,
            ..new
        };
        let node = Node::of(Rc::new(new), cost);
        match outcome.fit {
            Some(fit) => node.told(None, fit, self.budget),
            None => {
                self.push(cost + 1, Step::LookInto(node));
                Ok(None)
            }
        }
    }

    /// Tries the changed parts in a writing; then comes the next.
    fn write(&mut self, node: Node<'c>, at: usize) -> Found {
        let writing = self.writings[self.writings(&node)[at]];
        let body = Rc::clone(&node.body);
        let bytes = body.bytes();
        let mut written = Vec::with_capacity(node.changed.len());
        for (leaf, version) in &node.changed {
            self.budget.spend(version.bytes.len())?;
            let leaf = &body.leaves[*leaf];
            match leaf.write(version, &writing, bytes) {
                Some(octets) => written.push((leaf, octets)),
                None => {
                    self.push_writing(node, at + 1);
                    return Ok(None);
                }
            }
        }
        let Some((first, octets)) = written.first() else {
            return Ok(None);
        };
        let same = first.start() + shared(&bytes[first.start()..first.end()], octets);
        let mut pieces = vec![&octets[same - first.start()..]];
        let mut end = first.end();
        for (leaf, octets) in &written[1..] {
            pieces.push(&bytes[end..leaf.start()]);
            pieces.push(octets);
            end = leaf.end();
        }
        pieces.push(&bytes[end..]);
        // Of a text alone, lines at its end are left out at no more cost.
        let end = match &body.leaves[..] {
            [only] if only.part.encoding == Encoding::Identity => End::Open,
            _ => End::Signed,
        };
        let outcome = body.hashed.with(same, &pieces, end, self.budget)?;
        if let Some(fit) = outcome.fit {
            let written = Written {
                writing: &writing,
                same,
                pieces: &pieces,
            };
            return node.told(Some(written), fit, self.budget);
        }
        if self.seen.insert(outcome.mark) && at == 0 {
            self.push(node.cost + 1, Step::LookInto(node.clone()));
        }
        self.push_writing(node, at + 1);
        Ok(None)
    }
}

/// About how many bytes one named change takes in a list.
const fn size_of_named() -> usize {
    mem::size_of::<(u32, Named)>()
}
