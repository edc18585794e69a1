//! From XML to a report.

use quick_xml::Reader;
use quick_xml::errors::{Error as XmlError, SyntaxError};
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesRef, Event};

use super::builder::Builder;
use super::element::Element;
use super::{MAX_DEPTH, MAX_TEXT, Report, ReportError};
use crate::syntax::escape::printable;

/// An element that reporters leave open, by a mistake that many have copied. It is read as if it
/// were not there.
const SCHEMA: &str = "schema";

/// The elements that are open, and the text of the innermost.
#[derive(Debug, Default)]
struct Parser {
    builder: Builder,
    /// The elements, with where the name of each begins in `names`.
    open: Vec<(Element, usize)>,
    /// Their names as they were written, one behind the other.
    names: String,
    text: String,
}

/// Reads a report. What comes behind its root element is not read.
pub(super) fn parse(xml: &str) -> Result<Report, ReportError> {
    let mut reader = Reader::from_str(xml);
    let config = reader.config_mut();
    config.allow_dangling_amp = true;
    config.allow_unmatched_ends = true;
    // Names are compared below.
    config.check_end_names = false;
    config.expand_empty_elements = true;
    let mut parser = Parser::default();
    loop {
        let at = reader.buffer_position();
        let event = match reader.read_event() {
            Ok(event) => event,
            Err(error) => return Err(parser.xml_error(&error, reader.error_position())),
        };
        match event {
            Event::Start(start) => {
                parser.start(start.name().as_ref(), start.local_name().as_ref())?;
            }
            Event::End(end) => {
                let local_name = end.local_name();
                if local_name.as_ref() == SCHEMA {
                    continue;
                }
                let is_root = parser.end(end.name().as_ref(), at)?;
                if is_root {
                    return parser.builder.finish();
                }
            }
            Event::Text(text) => parser.text(&text)?,
            Event::CData(text) => parser.text(&text)?,
            Event::GeneralRef(reference) => parser.reference(&reference)?,
            Event::Eof => return Err(parser.cut_short()),
            // Nothing that a DTD defines is used. Empty elements come as a start and an end.
            Event::DocType(_)
            | Event::Decl(_)
            | Event::PI(_)
            | Event::Comment(_)
            | Event::Empty(_) => {}
        }
    }
}

impl Parser {
    /// The innermost element.
    fn innermost(&self) -> Element {
        self.open
            .last()
            .map_or(Element::Document, |&(element, _)| element)
    }

    fn start(&mut self, name: &str, local_name: &str) -> Result<(), ReportError> {
        if local_name == SCHEMA {
            return Ok(());
        }
        let element = self.innermost().child(local_name);
        if self.open.is_empty() && element != Element::Feedback {
            return Err(ReportError::NotAReport(printable(name.as_bytes())));
        }
        if self.open.len() == MAX_DEPTH {
            let place = self.builder.place(self.known());
            return Err(ReportError::TooDeep(place));
        }
        self.open.push((element, self.names.len()));
        self.names.push_str(name);
        if element.has_text() {
            self.text.clear();
        }
        self.builder.begin(element)
    }

    /// Ends an element; whether it was the root.
    fn end(&mut self, name: &str, at: u64) -> Result<bool, ReportError> {
        let open = self.open.pop();
        let expected = open.map(|(_, start)| &self.names[start..]);
        let (element, start) = match open {
            Some(open) if expected == Some(name) => open,
            _ => {
                let found = printable(name.as_bytes());
                let expected = expected.unwrap_or_default();
                let what = if expected.is_empty() {
                    format!("</{found}> ends nothing")
                } else {
                    format!(
                        "</{found}> in place of </{}>",
                        printable(expected.as_bytes())
                    )
                };
                return Err(ReportError::Xml { at, what });
            }
        };
        self.names.truncate(start);
        if element.has_text() {
            self.builder.text(element, self.text.trim())?;
            self.text.clear();
        }
        self.builder.end(element)?;
        Ok(self.open.is_empty())
    }

    /// Takes text, of which nothing is escaped any more.
    fn text(&mut self, text: &str) -> Result<(), ReportError> {
        if self.open.is_empty() && !text.trim().is_empty() {
            return Err(ReportError::NotXml);
        }
        let element = self.innermost();
        if !element.has_text() {
            return Ok(());
        }
        let text = if self.text.is_empty() {
            text.trim_start()
        } else {
            text
        };
        if self.text.len() + text.len() > MAX_TEXT {
            return Err(ReportError::LongText(self.builder.place(element)));
        }
        self.text.push_str(text);
        Ok(())
    }

    /// Takes a character that is written as a reference. An entity of any other kind stays as it
    /// is written.
    fn reference(&mut self, reference: &BytesRef<'_>) -> Result<(), ReportError> {
        let character = reference.resolve_char_ref().ok().flatten();
        match (character, resolve_predefined_entity(reference)) {
            (Some(character), _) => self.text(character.encode_utf8(&mut [0; 4])),
            (None, Some(text)) => self.text(text),
            (None, None) => self.text(&format!("&{};", &**reference)),
        }
    }

    fn cut_short(&self) -> ReportError {
        if self.open.is_empty() {
            ReportError::NotXml
        } else {
            ReportError::CutShort(self.builder.place(self.known()))
        }
    }

    /// The innermost element that is known.
    fn known(&self) -> Element {
        let known = self.open.iter().rev().map(|&(element, _)| element);
        let mut known = known.filter(|&element| element != Element::Other);
        known.next().unwrap_or(Element::Feedback)
    }

    fn xml_error(&self, error: &XmlError, at: u64) -> ReportError {
        match error {
            XmlError::Syntax(SyntaxError::InvalidBangMarkup) => ReportError::Xml {
                at,
                what: "\"<!\" begins nothing that XML has".to_owned(),
            },
            // All others are of text that ends too early.
            XmlError::Syntax(_) => self.cut_short(),
            other => ReportError::Xml {
                at,
                what: printable(other.to_string().as_bytes()),
            },
        }
    }
}
