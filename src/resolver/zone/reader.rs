//! A reader of master files (RFC 1035 §5.1, RFC 2308 §4, RFC 3597 §5).
//!
//! hickory-proto has one, which does not do for key records: in 0.26.3 it reads `\DDD` as three
//! numbers shifted apart and not as one octet, takes a `;` inside a quoted string for a comment
//! where parentheses are open, splits such strings at their spaces, wants UTF-8 and a TTL, and
//! fails a file for a record type that it does not know.
//!
//! DNAME and the types that can be asked for are understood. The data of other types is passed over
//! token by token, so that a whole zone loads; only their owner names count. A caller that wants
//! other types reads their data with [`Reader::next_record`].

mod data;
mod fields;
mod lines;

use std::error::Error;
use std::fmt;

use crate::lookup::{RecordData, RecordType};
use crate::resolver::name::{NameFault, OwnerName};
use fields::Class;
use lines::{Line, Lines};

pub(in crate::resolver) use fields::RecordKind;
#[cfg(feature = "dnssec")]
pub(in crate::resolver) use fields::octets_of_hex;
pub(in crate::resolver) use lines::Token;

/// One record.
pub(super) type Entry = Record<Data>;

/// One record, its data as the caller reads it.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::resolver) struct Record<T> {
    /// The line that it begins in, counted from 1.
    pub(in crate::resolver) line: usize,
    pub(in crate::resolver) owner: OwnerName,
    pub(in crate::resolver) ttl: Option<u32>,
    pub(in crate::resolver) data: T,
}

/// What a record says, as far as it matters here.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Data {
    /// TXT: its strings.
    Text(Vec<Vec<u8>>),
    /// CNAME.
    Alias(OwnerName),
    /// DNAME.
    Subtree(OwnerName),
    /// Another type that can be asked for.
    Plain(RecordType, RecordData),
    /// A type that DNSSEC puts beside a CNAME (RFC 4034 §3, §4).
    BesideAlias,
    /// Any other type.
    Other,
}

/// What is wrong with a master file.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ZoneFault {
    /// A quoted string does not end in its line.
    UnclosedQuote,
    /// A parenthesis is never closed.
    UnclosedParenthesis,
    /// A parenthesis is closed that was not open.
    UnopenedParenthesis,
    /// The first record begins with white space and so has no name.
    NoOwner,
    /// A record has a name and no type.
    NoType,
    /// There is no such record type.
    UnknownType(String),
    /// There is no such `$` directive.
    UnknownDirective(String),
    /// A `$` directive lacks its argument, or has too many.
    DirectiveArguments(&'static str),
    /// `$INCLUDE`, which is not followed.
    Include,
    /// `$GENERATE` of TXT, CNAME or DNAME records.
    Generate,
    /// A name is not a domain name.
    Name(String, NameFault),
    /// A time to live is none, or over 32 bits.
    Ttl(String),
    /// A record of this type needs at least one value.
    NoData(&'static str),
    /// A record of this type has one value.
    TooMuchData(&'static str),
    /// A string of a TXT record has more than 255 octets: so many.
    StringTooLong(usize),
    /// The strings of a TXT record together have more than 65,535 octets.
    RecordTooLong,
    /// A backslash escapes nothing.
    BadEscape,
    /// The `\#` form is not what RFC 3597 §5 says, or does not hold such a record.
    GenericData,
    /// The data of a record of this type is not what the RFC of the type says.
    Data(RecordType),
    /// A CNAME stands beside other records of its name, or two CNAMEs or DNAMEs differ.
    AliasConflict(String),
    /// The data of a DNSKEY record is not what RFC 4034 §2.2 says.
    DnskeyData,
    /// The data of a DS record is not what RFC 4034 §5.3 says.
    DsData,
    /// A DNSKEY record is not for a zone's keys (RFC 4034 §2.1.1).
    NotZoneKey,
    /// Keys of this algorithm cannot be used.
    UnsupportedAlgorithm(u8),
    /// Digests of this type cannot be used.
    UnsupportedDigest(u8),
}

impl Error for ZoneFault {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Name(_, fault) => Some(fault),
            _ => None,
        }
    }
}

impl fmt::Display for ZoneFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnclosedQuote => f.write_str("a quoted string does not end in its line"),
            Self::UnclosedParenthesis => f.write_str("a parenthesis is not closed"),
            Self::UnopenedParenthesis => f.write_str("a parenthesis is closed that was not open"),
            Self::NoOwner => f.write_str(
                "a record begins with white space, which repeats the name before it, and there is none",
            ),
            Self::NoType => f.write_str("a record has no type"),
            Self::UnknownType(text) => write!(
                f,
                "no such record type: {text} (a line that begins with white space repeats the name before it)"
            ),
            Self::UnknownDirective(text) => write!(f, "no such directive: {text}"),
            Self::DirectiveArguments(name) => write!(f, "{name} takes one value"),
            Self::Include => f.write_str("$INCLUDE is not followed: name that file as well"),
            Self::Generate => f.write_str("$GENERATE is not supported for TXT, CNAME and DNAME"),
            Self::Name(text, fault) => write!(f, "the name {text} {fault}"),
            Self::Ttl(text) => write!(f, "not a time to live: {text}"),
            Self::NoData(kind) => write!(f, "a {kind} record has no value"),
            Self::TooMuchData(kind) => write!(f, "a {kind} record has more than one value"),
            Self::StringTooLong(octets) => write!(
                f,
                "a string has {octets} octets, and 255 is the most: split it into several"
            ),
            Self::RecordTooLong => f.write_str("a record has more than 65535 octets"),
            Self::BadEscape => f.write_str("a backslash escapes nothing"),
            Self::GenericData => f.write_str("the data behind \\# is not what it says"),
            Self::Data(record_type) => write!(f, "{}", form_of(*record_type)),
            Self::AliasConflict(name) => {
                write!(f, "{name} has a CNAME or DNAME and other records that exclude it")
            }
            Self::DnskeyData => f.write_str(
                "a DNSKEY record has flags, the protocol 3, an algorithm and a key in base64",
            ),
            Self::DsData => f.write_str(
                "a DS record has a key tag, an algorithm, a digest type and a digest of its length",
            ),
            Self::NotZoneKey => f.write_str("this key is not for a zone: its flags lack 256"),
            Self::UnsupportedAlgorithm(number) => {
                write!(f, "keys of the algorithm {number} are not supported")
            }
            Self::UnsupportedDigest(number) => {
                write!(f, "digests of the type {number} are not supported")
            }
        }
    }
}

/// What the data of a type looks like in a master file.
fn form_of(record_type: RecordType) -> &'static str {
    match record_type {
        RecordType::A => "an A record has an IPv4 address",
        RecordType::Aaaa => "an AAAA record has an IPv6 address",
        RecordType::Cname => "a CNAME record has a name",
        RecordType::Mx => "an MX record has a preference, from 0 to 65535, and a name",
        RecordType::Ns => "an NS record has a name",
        RecordType::Soa => "a SOA record has two names and five numbers",
        RecordType::Txt => "a TXT record has strings",
    }
}

/// A fault and the line that it is in.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::resolver) struct FaultAt {
    pub(in crate::resolver) line: usize,
    pub(in crate::resolver) fault: ZoneFault,
}

/// What stands behind the owner name.
struct Fields<'l, 't> {
    ttl: Option<u32>,
    kind: RecordKind,
    data: &'l [Token<'t>],
}

/// Reads the records of a file one after the other.
pub(in crate::resolver) struct Reader<'a> {
    lines: Lines<'a>,
    origin: OwnerName,
    owner: Option<OwnerName>,
    default_ttl: Option<u32>,
    last_ttl: Option<u32>,
}

impl<'a> Reader<'a> {
    /// A reader whose origin is the root, until a `$ORIGIN` says otherwise.
    pub(in crate::resolver) fn new(contents: &'a [u8]) -> Self {
        Self {
            lines: Lines::new(contents),
            origin: OwnerName::ROOT,
            owner: None,
            default_ttl: None,
            last_ttl: None,
        }
    }

    /// The next record of class IN; `None` at the end of the file.
    pub(super) fn next_entry(&mut self) -> Result<Option<Entry>, FaultAt> {
        self.next_record(Self::data)
    }

    /// The next record of class IN, its type and data given to `read`; `None` at the end of the
    /// file.
    pub(in crate::resolver) fn next_record<T>(
        &mut self,
        read: impl Fn(&Self, RecordKind, &[Token<'_>]) -> Result<T, ZoneFault>,
    ) -> Result<Option<Record<T>>, FaultAt> {
        while let Some(line) = self.lines.next_line()? {
            let number = line.number;
            let record = self.line(&line, &read).map_err(|fault| FaultAt {
                line: number,
                fault,
            })?;
            if record.is_some() {
                return Ok(record);
            }
        }
        Ok(None)
    }

    fn line<T>(
        &mut self,
        line: &Line<'_>,
        read: impl Fn(&Self, RecordKind, &[Token<'_>]) -> Result<T, ZoneFault>,
    ) -> Result<Option<Record<T>>, ZoneFault> {
        let Some((first, rest)) = line.tokens.split_first() else {
            return Ok(None);
        };
        if !line.continues && !first.quoted && first.text.starts_with(b"$") {
            self.directive(first, rest)?;
            return Ok(None);
        }
        let fields = if line.continues {
            &line.tokens[..]
        } else {
            self.owner = Some(self.name(first)?);
            rest
        };
        let owner = self.owner.clone().ok_or(ZoneFault::NoOwner)?;
        let Some(fields) = self.fields(fields)? else {
            return Ok(None);
        };
        Ok(Some(Record {
            line: line.number,
            owner,
            ttl: fields.ttl,
            data: read(self, fields.kind, fields.data)?,
        }))
    }

    fn directive(&mut self, name: &Token<'_>, arguments: &[Token<'_>]) -> Result<(), ZoneFault> {
        let one = |directive| match arguments {
            [argument] => Ok(argument),
            _ => Err(ZoneFault::DirectiveArguments(directive)),
        };
        match name.text.to_ascii_uppercase().as_slice() {
            b"$ORIGIN" => self.origin = self.name(one("$ORIGIN")?)?,
            b"$TTL" => {
                let argument = one("$TTL")?;
                let ttl = fields::ttl(argument).ok_or_else(|| ZoneFault::Ttl(argument.shown()))?;
                self.default_ttl = Some(ttl?);
            }
            b"$INCLUDE" => return Err(ZoneFault::Include),
            b"$GENERATE" => {
                let kinds = arguments.iter().filter_map(fields::kind);
                if kinds.into_iter().any(RecordKind::makes_keys) {
                    return Err(ZoneFault::Generate);
                }
            }
            _ => return Err(ZoneFault::UnknownDirective(name.shown())),
        }
        Ok(())
    }

    /// What a line says behind its owner name: TTL and class in either order, type, data; `None`
    /// if it is of another class.
    fn fields<'l, 't>(
        &mut self,
        mut fields: &'l [Token<'t>],
    ) -> Result<Option<Fields<'l, 't>>, ZoneFault> {
        let (mut ttl, mut class) = (None, None);
        while let Some((field, rest)) = fields.split_first() {
            if let (None, Some(read)) = (ttl, fields::ttl(field)) {
                ttl = Some(read?);
            } else if let (None, Some(read)) = (class, fields::class(field)) {
                class = Some(read);
            } else {
                break;
            }
            fields = rest;
        }
        let (kind, data) = fields.split_first().ok_or(ZoneFault::NoType)?;
        let kind = fields::kind(kind).ok_or_else(|| ZoneFault::UnknownType(kind.shown()))?;
        // RFC 2308 §4: $TTL is the default; before there was one, RFC 1035 §5.1: the last stated.
        self.last_ttl = ttl.or(self.last_ttl);
        let ttl = ttl.or(self.default_ttl).or(self.last_ttl);
        Ok((class != Some(Class::Other)).then_some(Fields { ttl, kind, data }))
    }

    /// The data of a record of this type.
    fn data(&self, kind: RecordKind, data: &[Token<'_>]) -> Result<Data, ZoneFault> {
        Ok(match kind {
            RecordKind::Txt => Data::Text(fields::strings(data)?),
            RecordKind::Cname => Data::Alias(self.target("CNAME", data)?),
            RecordKind::Dname => Data::Subtree(self.target("DNAME", data)?),
            RecordKind::Plain(record_type) => {
                Data::Plain(record_type, self.plain(record_type, data)?)
            }
            RecordKind::BesideAlias => Data::BesideAlias,
            RecordKind::Dnskey | RecordKind::Ds | RecordKind::Other => Data::Other,
        })
    }

    fn target(&self, kind: &'static str, data: &[Token<'_>]) -> Result<OwnerName, ZoneFault> {
        match data {
            [] => Err(ZoneFault::NoData(kind)),
            [target] => self.name(target),
            [marker, ..] if marker.is(b"\\#") => Err(ZoneFault::GenericData),
            _ => Err(ZoneFault::TooMuchData(kind)),
        }
    }

    fn name(&self, token: &Token<'_>) -> Result<OwnerName, ZoneFault> {
        if token.is(b"@") {
            return Ok(self.origin.clone());
        }
        OwnerName::parse(token.text, &self.origin)
            .map_err(|fault| ZoneFault::Name(token.shown(), fault))
    }
}

#[cfg(test)]
mod tests;
