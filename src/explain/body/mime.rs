//! What the parts of a body are, as the search sees them.

pub(super) use crate::parts::structure::{Delimiter, Encoding, Part, Structure};

use crate::explain::{Budget, Exhausted};
use crate::message::Header;
use crate::parts::structure;

/// What content is, and how it is encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Form {
    pub(super) media: Media,
    pub(super) encoding: Encoding,
}

/// What a part shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Media {
    /// Text that is no HTML.
    Text,
    /// HTML.
    Html,
    /// Anything else.
    Other,
}

impl Form {
    /// Text that is not encoded.
    pub(super) const PLAIN: Self = Self {
        media: Media::Text,
        encoding: Encoding::Identity,
    };
}

impl Part {
    pub(super) fn form(&self) -> Form {
        let media = match &*self.media_type {
            "text/html" => Media::Html,
            other if other.starts_with("text/") => Media::Text,
            _ => Media::Other,
        };
        Form {
            media,
            encoding: self.encoding,
        }
    }

    /// The part in words, as one of so many; its number begins at 1.
    pub(super) fn name(&self, number: usize, count: usize) -> String {
        if self.is_body() {
            return "body".to_owned();
        }
        let media = match self.form().media {
            Media::Text => "text part",
            Media::Html => "HTML part",
            Media::Other => "attachment",
        };
        format!("{media} (part {number} of {count})")
    }
}

impl Structure {
    /// The form of the body where it is not in parts; what is at the end of a multipart is behind
    /// its last boundary line, and text.
    pub(super) fn form(&self) -> Form {
        match &self.parts[..] {
            [part] if part.is_body() => part.form(),
            _ => Form::PLAIN,
        }
    }

    /// The boundary lines of a multipart; the outermost has the number 0.
    pub(super) fn lines_of(&self, boundary: usize) -> impl Iterator<Item = &Delimiter> {
        let lines = self.delimiters.iter();
        lines.filter(move |line| line.boundary == boundary)
    }
}

/// Finds the parts of a body.
pub(super) fn structure(
    header: &Header,
    body: &[u8],
    budget: &mut Budget<'_>,
) -> Result<Structure, Exhausted> {
    budget.spend(body.len())?;
    Ok(structure::structure(header, body))
}
