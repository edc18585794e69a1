//! What comes next.

use super::disruption::Disruption;
use super::state::{KeyState, State};
use crate::algorithm::KeyType;
use crate::identifier::Selector;

/// The one thing to do now.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Step {
    /// Make keys; they are not used in the same run.
    Make {
        /// The number of their generation.
        generation: u32,
        /// A key for each of these selectors, of this type.
        keys: Vec<(Selector, KeyType)>,
    },
    /// Publish the records of these keys: their names are free, or have them.
    Publish(Vec<Selector>),
    /// Sign with this generation from now on.
    Switch(u32),
    /// Publish an empty `p=` in the place of the records of these keys.
    Revoke(Vec<Selector>),
    /// Remove the records of these keys.
    Remove(Vec<Selector>),
    /// Destroy the private keys of this generation.
    Destroy(u32),
    /// Something is under way.
    Wait,
    /// Nothing is to be done before the next rotation.
    Nothing,
    /// Something is wrong, and nothing can be done about it here.
    Trouble,
}

/// Something that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Trouble {
    /// The selector that it is about; `None` if it is about all of it.
    pub selector: Option<Selector>,
    /// One sentence, in lower case and without a full stop, safe to print.
    pub message: String,
    /// What to do about it, likewise.
    pub remedy: String,
}

impl Trouble {
    pub(super) fn new(
        selector: Option<&Selector>,
        message: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self {
            selector: selector.cloned(),
            message: message.into(),
            remedy: remedy.into(),
        }
    }
}

/// What a look at the state and at the DNS comes to.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Outcome {
    /// The state with what was seen; write it down before the step is taken.
    pub state: State,
    /// What to do.
    pub step: Step,
    /// Why: one sentence, in lower case and without a full stop, safe to print.
    pub why: String,
    /// Until when nothing else happens, in Unix seconds; `None` if that is not known.
    pub until: Option<u64>,
    /// Whether servers did not answer, so that the same look may come to more later.
    pub is_unanswered: bool,
    /// What is wrong, beside the step.
    pub troubles: Vec<Trouble>,
    /// What fails meanwhile, and for how long, where others may have private keys.
    pub disruptions: Vec<Disruption>,
    /// The selector that the step is about, if it is about one generation: its first.
    pub selector: Option<Selector>,
}

impl Outcome {
    /// Whether another look follows in the same run, after this step is taken or has failed: an
    /// emergency waits for nothing, and what is published again for a key in use holds nothing up.
    #[must_use]
    pub fn goes_on(&self) -> bool {
        let is_restored = |selector: &Selector| {
            let key = self.state.key(selector);
            key.is_some_and(|key| key.state == KeyState::Active)
        };
        match &self.step {
            Step::Wait | Step::Nothing | Step::Trouble => false,
            Step::Publish(selectors) if selectors.iter().any(is_restored) => true,
            _ => self.state.is_emergency(),
        }
    }
}
