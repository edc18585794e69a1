//! What the keys of a domain look like from outside.

mod evidence;

pub use self::evidence::{
    Counts, Evidence, LeftOut, MAX_AUTHORS, MAX_AUTHORS_IN_ALL, MAX_PAIRS, MAX_UNNAMED, Sighting,
};
