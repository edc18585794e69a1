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
use std::rc::Rc;

use self::candidate::{Body, Node, OfBody};
use self::telling::Last;
use super::Found;
use super::appended;
use super::claim::{Claim, Fit};
use super::leaf::{Leaf, leaves};
use super::mime::{self, Encoding, Structure};
use super::rules::{self, SHORT};
use super::shape::Shape;
use super::signer;
use super::trial::{End, Hashed};
use super::undone::Text;
use super::version::{Listed, Version, undone};
use super::writing::{Writing, writings};
use crate::explain::{Budget, Exhausted};
use crate::message::Header;

/// Changes of the body as a whole that are undone, and changes of what one part says.
const MOST_OF_BODY: usize = 3;
const MOST_OF_PART: usize = 4;
/// What costs more altogether is not thinkable.
const DEAREST: u32 = 10;
/// What costs more is not looked into: of changes in any order, the likely ones are undone first.
const LIKELY: u32 = 4;
/// A body that is longer is looked into only as it is.
const LONGEST: usize = 4 * 1024 * 1024;
/// So many times is a body gone through where it is looked into, and so often a line is rewritten in
/// the time in which one byte is hashed.
const PASSES: usize = 32;
const LINE: usize = 16;
/// What several changes may cost, of which none is sure.
const TOGETHER: u32 = 7;
/// Beside what costs no more, anything thinkable may have been done.
const SURE: u32 = 1;
/// Memory for what waits to be tried, and for bodies that are looked into.
const ROOM: usize = 48 * 1024 * 1024;
/// What a step takes of it, and what a change that a rule named.
const STEP: usize = 256;
const NAMED: usize = size_of::<(u32, Named)>() + 96;
/// Of a list for which there is no room, so many are kept.
const FEW: usize = 32;
/// What the mistakes of signers cost: some look like what is done to bodies, where that is likelier.
const MISTAKES: u32 = 4;
/// What a second change costs beside the change itself, and one to another part: what happened in one
/// step is likelier than the same in two.
const SECOND: u32 = 1;
const ELSEWHERE: u32 = 2;
/// What a change costs at most that is looked for because it was done to another part; and so many
/// are tried.
const ALIKE: u32 = 4;
const MOST_ALIKE: usize = 8;

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
    let (leaves, is_all) = leaves(&structure, body, budget)?;
    let body = Rc::new(Body {
        hashed,
        header: Rc::new(header.clone()),
        structure,
        leaves,
        of: None,
        depth: 0,
    });
    let mut search = Search {
        budget,
        writings: writings(),
        queue: BTreeMap::new(),
        count: 0,
        seen: HashSet::from([outcome.mark]),
        room: ROOM,
        is_all,
    };
    search.push(0, Step::LookInto(Node::of(Rc::clone(&body), 0)));
    search.push(MISTAKES, Step::BlameSigner(body));
    search.run()
}

/// One thing to do.
enum Step<'c> {
    /// Ask the rules what a candidate may have been.
    LookInto(Node<'c>),
    /// The same of a body with a change undone, at this cost.
    Open(Rc<Body<'c>>, OfBody, u32),
    /// Undo one of the changes that they named.
    Undo(Node<'c>, Rc<List>, usize),
    /// Try the parts in one of the writings.
    Write(Node<'c>, usize),
    /// Try the mistakes of signers.
    BlameSigner(Rc<Body<'c>>),
}

/// Changes that rules named, the likely ones first; and what of [`ROOM`] they take.
struct List(Vec<(u32, Named)>, usize);

/// One of them.
enum Named {
    OfBody(OfBody),
    /// Of the part in this place.
    OfPart(usize, Listed),
}

impl Named {
    fn size(&self) -> usize {
        let edits = match self {
            Self::OfBody(OfBody::Shape(_)) => return NAMED,
            Self::OfBody(OfBody::Text(undone)) => &undone.edits,
            Self::OfPart(_, listed) => &listed.undone.edits,
        };
        NAMED + edits.size()
    }
}

struct Search<'s, 'b, 'c> {
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
    /// Whether nothing was left out because it is too long, or too much.
    is_all: bool,
}

impl<'c> Search<'_, '_, 'c> {
    fn push(&mut self, cost: u32, step: Step<'c>) {
        let (is_likely, is_look) = match &step {
            Step::LookInto(node) => (node.cost <= LIKELY, true),
            Step::Open(_, _, cost) => (*cost <= LIKELY, true),
            Step::Undo(..) | Step::Write(..) | Step::BlameSigner(_) => (true, false),
        };
        if cost <= DEAREST && is_likely && self.take_room(STEP) {
            self.queue.insert((cost, is_look, self.count), step);
            self.count += 1;
        }
    }

    fn run(&mut self) -> Found {
        while let Some((_, step)) = self.queue.pop_first() {
            self.room += STEP;
            let found = match step {
                Step::LookInto(node) => self.look_into(&node).map(|()| None),
                Step::Open(body, change, cost) => self.open(&body, change, cost).map(|()| None),
                Step::Undo(node, list, at) => {
                    self.push_from(&node, &list, at + 1);
                    self.undo(&node, &list.0[at])
                }
                Step::Write(node, at) => self.write(node, at),
                Step::BlameSigner(body) => {
                    signer::search(&body.hashed.claim, body.bytes(), self.budget)
                }
            }?;
            if found.is_some() {
                return Ok(found);
            }
        }
        if self.is_all {
            Ok(None)
        } else {
            Err(self.budget.left_out())
        }
    }

    /// Takes note of what a list or a body needs, if there is room for it.
    fn take_room(&mut self, size: usize) -> bool {
        let left = self.room.checked_sub(size);
        self.room = left.unwrap_or(self.room);
        self.is_all &= left.is_some();
        left.is_some()
    }

    /// Makes a body with a change undone, and looks into it.
    fn open(&mut self, body: &Rc<Body<'c>>, change: OfBody, cost: u32) -> Result<(), Exhausted> {
        let bytes = change.apply(body.bytes());
        // What its parts say may be as long.
        if !self.take_room(2 * bytes.len()) {
            return Ok(());
        }
        let header = match &change {
            OfBody::Shape(Shape::Wrapped { .. }) => body.header_before(&change),
            _ => Some(Rc::clone(&body.header)),
        };
        let Some(header) = header else {
            return Ok(());
        };
        let hashed = Hashed::new(body.hashed.claim, bytes, self.budget)?;
        let structure = mime::structure(&header, &hashed.bytes, self.budget)?;
        let (leaves, _) = leaves(&structure, &hashed.bytes, self.budget)?;
        for (leaf, was) in leaves.iter().zip(&body.leaves) {
            leaf.write_as(was);
        }
        let new = Body {
            hashed,
            header,
            structure,
            leaves,
            of: Some((Rc::clone(body), change)),
            depth: body.depth + 1,
        };
        self.look_into(&Node::of(Rc::new(new), cost))
    }

    /// Puts what the rules name into the queue.
    fn look_into(&mut self, node: &Node<'c>) -> Result<(), Exhausted> {
        let body = &node.body;
        let mut named = Vec::new();
        let is_whole = node.changed.is_empty();
        if is_whole && body.depth < MOST_OF_BODY {
            let length = body.bytes().len();
            self.budget.spend(PASSES * length.min(SHORT) + 4 * length)?;
            let shapes = Shape::all_of(&body.structure, body.bytes()).into_iter();
            named.extend(shapes.map(|(cost, shape)| (cost, Named::OfBody(OfBody::Shape(shape)))));
            let text = Text {
                dearest: node.dearest(),
                ..body.text()
            };
            // Two changes of line ends undo each other, or are none that a system makes.
            let is_before = body.of.as_ref().is_some_and(|(_, of)| of.is_of_line_ends());
            for undone in rules::OF_BODIES.iter().flat_map(|rule| rule(text)) {
                let (cost, change) = (undone.cost, OfBody::Text(undone));
                if !(is_before && change.is_of_line_ends()) {
                    named.push((cost, Named::OfBody(change)));
                }
            }
        }
        for (at, leaf) in body.leaves.iter().enumerate() {
            if is_whole && let Some(first) = &leaf.decoded {
                self.push_writing(node.with(at, Rc::clone(first)), 1)?;
            }
            if leaf.is_text() {
                self.name_of_part(node, at, &mut named)?;
            }
        }
        if is_whole {
            self.push_all_writings(node)?;
        }
        named.sort_by_key(|(cost, _)| *cost);
        let mut size = named.iter().map(|(_, named)| named.size()).sum();
        if !self.take_room(size) {
            named.truncate(FEW);
            named.shrink_to_fit();
            size = 0;
        }
        self.push_from(node, &Rc::new(List(named, size)), 0);
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
        let Some(version) = node.version(at) else {
            return Ok(());
        };
        let depth = version.changes().len();
        if depth >= MOST_OF_PART {
            return Ok(());
        }
        let is_elsewhere = node.changed.iter().any(|(other, _)| *other != at);
        let more = match (depth, is_elsewhere) {
            (0, true) => ELSEWHERE,
            (0, false) if node.body.depth == 0 => 0,
            _ => SECOND,
        };
        let dearest = node.dearest();
        let list = match version.known() {
            Some(list) => list,
            None => self.list(leaf, version, dearest)?,
        };
        for listed in list.iter() {
            // Several changes that bear marks are as likely as one.
            let own = listed.undone.cost;
            let cost = own + if own <= SURE { 0 } else { more };
            if cost <= dearest {
                named.push((cost, Named::OfPart(at, listed.clone())));
            }
        }
        Ok(())
    }

    /// What the rules say of a text of a part.
    fn list(
        &mut self,
        leaf: &Leaf,
        version: &Version,
        dearest: u32,
    ) -> Result<Rc<[Listed]>, Exhausted> {
        let bytes = version.bytes();
        self.budget.spend(4 * bytes.len() + 1024)?;
        let dearest = if version.is_first() {
            DEAREST
        } else {
            // What was done to another part may cost more.
            dearest.max(ALIKE)
        };
        let list = undone(Text {
            dearest,
            ..leaf.text(&bytes)
        });
        self.budget.spend(list.len() * STEP)?;
        let size: usize = list
            .iter()
            .map(|each| NAMED + each.undone.edits.size())
            .sum();
        if version.is_first() || self.take_room(size) {
            version.keep(&list);
        }
        Ok(list)
    }

    /// Puts a list into the queue from a place on.
    fn push_from(&mut self, node: &Node<'c>, list: &Rc<List>, at: usize) {
        match list.0.get(at) {
            Some((cost, _)) => self.push(
                node.cost + cost,
                Step::Undo(node.clone(), Rc::clone(list), at),
            ),
            None => self.room += list.1,
        }
    }

    /// All parts of a kind as they are, in other writings: all that people read, or all in base64.
    fn push_all_writings(&mut self, node: &Node<'c>) -> Result<(), Exhausted> {
        let kinds: [fn(&Leaf) -> bool; 2] =
            [Leaf::is_text, |leaf| leaf.part.encoding == Encoding::Base64];
        for is_of_kind in kinds {
            let mut all = node.clone();
            for (at, leaf) in node.body.leaves.iter().enumerate() {
                let first = leaf.decoded.as_ref().filter(|_| is_of_kind(leaf));
                if let Some(with) = first.and_then(|first| all.with(at, Rc::clone(first))) {
                    all = with;
                }
            }
            if all.changed.len() > 1 {
                self.push_writing(Some(all), 1)?;
            }
        }
        Ok(())
    }

    /// The writings of the parts that were changed.
    fn writings(&mut self, node: &Node<'c>) -> Result<Rc<[usize]>, Exhausted> {
        let body = &node.body;
        let mut of_leaf =
            |at: usize| body.leaves[at].writings(&self.writings, body.bytes(), self.budget);
        if let [(only, _)] = &node.changed[..] {
            return of_leaf(*only);
        }
        let mut all = BTreeSet::new();
        for (at, _) in &node.changed {
            all.extend(of_leaf(*at)?.iter().copied());
        }
        Ok(all.into_iter().collect())
    }

    fn push_writing(&mut self, node: Option<Node<'c>>, at: usize) -> Result<(), Exhausted> {
        // None costs less. Parts that differ in what was done to them are hardly written anew as well.
        let least = self.writings[1].cost;
        let is_thinkable = |node: &Node<'_>| {
            node.cost <= LIKELY || (node.changed.len() == 1 && node.cost + least <= TOGETHER)
        };
        let Some(node) = node.filter(is_thinkable) else {
            return Ok(());
        };
        if let Some(writing) = self.writings(&node)?.get(at) {
            let cost = node.cost + self.writings[*writing].cost;
            if cost <= TOGETHER {
                self.push(cost, Step::Write(node, at));
            }
        }
        Ok(())
    }

    /// Tries a candidate; later it is looked into.
    fn undo(&mut self, node: &Node<'c>, (cost, named): &(u32, Named)) -> Found {
        let cost = node.cost + cost;
        match named {
            Named::OfPart(leaf, listed) => {
                let Some(version) = node.version(*leaf) else {
                    return Ok(None);
                };
                let version = Version::without(Rc::clone(version), listed.clone());
                let Some(with) = node.with(*leaf, Rc::new(version)) else {
                    return Ok(None);
                };
                let with = Node { cost, ..with };
                match self.write(with.clone(), 0)? {
                    None => self.undo_alike(with, *leaf, listed.likeness),
                    found => Ok(found),
                }
            }
            Named::OfBody(change) => self.undo_of_body(&node.body, change, cost),
        }
    }

    /// Tries what was most likely done to the other parts too: all that is like it.
    fn undo_alike(&mut self, mut node: Node<'c>, done: usize, likeness: u64) -> Found {
        for at in (0..node.body.leaves.len()).filter(|at| *at != done) {
            let version = Rc::clone(match node.version(at) {
                Some(version) => version,
                None => continue,
            });
            let list = version.known();
            let mut alike = list.iter().flat_map(|list| list.iter());
            let alike = alike.by_ref().filter(|each| each.likeness == likeness);
            let mut first = None;
            for listed in alike.take(MOST_ALIKE) {
                let without = Version::without(Rc::clone(&version), listed.clone());
                let Some(with) = node.with(at, Rc::new(without)) else {
                    break;
                };
                let found = self.write(with.clone(), 0)?;
                if found.is_some() {
                    return Ok(found);
                }
                first.get_or_insert(with);
            }
            node = first.unwrap_or(node);
        }
        Ok(None)
    }

    /// Tries a body as a whole as it may have been.
    fn undo_of_body(&mut self, body: &Rc<Body<'c>>, change: &OfBody, cost: u32) -> Found {
        let bytes = body.bytes();
        if let OfBody::Text(undone) = change
            && undone.edits.are_everywhere()
        {
            let lines = memchr::memchr_iter(b'\n', bytes).count();
            self.budget.spend(lines * LINE)?;
        }
        let end = if cost <= LIKELY {
            End::Open
        } else {
            End::Signed
        };
        let mut trial = body.hashed.trial(0, end);
        let mut length = 0;
        change.feed(bytes, |piece| {
            length += piece.len();
            trial.take(piece, self.budget)
        })?;
        let outcome = trial.finish(self.budget)?;
        if let Some(fit) = outcome.fit {
            let node = Node::of(Rc::clone(body), cost);
            return node.told(Last::OfBody(change), fit, self.budget);
        }
        if end == End::Open && self.seen.insert(outcome.mark) {
            // A long body is not kept.
            if length <= LONGEST {
                self.push(cost + 1, Step::Open(Rc::clone(body), change.clone(), cost));
            } else {
                self.is_all = false;
            }
        }
        Ok(None)
    }

    /// Tries the changed parts in a writing; then comes the next.
    fn write(&mut self, node: Node<'c>, at: usize) -> Found {
        let body = Rc::clone(&node.body);
        let bytes = body.bytes();
        let place = match at {
            0 => 0,
            at => self.writings(&node)?[at],
        };
        let writing = self.writings[place];
        let mut written = Vec::with_capacity(node.changed.len());
        for (leaf, version) in &node.changed {
            let leaf = &body.leaves[*leaf];
            match leaf.write(version, &writing, bytes, self.budget)? {
                Some(part) => written.push((leaf, part)),
                None => {
                    self.push_writing(Some(node), at + 1)?;
                    return Ok(None);
                }
            }
        }
        let (mut pieces, mut end) = (Vec::new(), 0);
        for (leaf, part) in &written {
            pieces.extend([&bytes[end..leaf.start()], part]);
            end = leaf.end();
        }
        pieces.push(&bytes[end..]);
        // Of a text alone, lines at its end are left out at no more cost.
        let end = match &body.leaves[..] {
            [only] if only.part.encoding == Encoding::Identity => End::Open,
            _ => End::Signed,
        };
        let mut trial = body.hashed.trial(pieces[0].len(), end);
        for piece in &pieces[1..] {
            trial.take(piece, self.budget)?;
        }
        let outcome = trial.finish(self.budget)?;
        if let Some(fit) = outcome.fit {
            return node.told(Last::Written(&writing, &pieces), fit, self.budget);
        }
        if self.seen.insert(outcome.mark) && at == 0 {
            self.push(node.cost + 1, Step::LookInto(node.clone()));
        }
        self.push_writing(Some(node), at + 1)?;
        Ok(None)
    }
}
