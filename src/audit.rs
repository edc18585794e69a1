//! What the keys of a domain look like from outside.

mod evidence;

pub use self::evidence::{Evidence, Sighting};
