//! Reports out of the files that they come in.

use std::error::Error;
use std::fmt;
use std::io::{self, Read};

use flate2::bufread::{DeflateDecoder, GzDecoder};
use rawzip::{CompressionMethod, ZipArchive};

use super::MAX_REPORT;
use crate::syntax::escape::printable;

/// The most files of an archive that are looked at.
pub const MAX_FILES: usize = 100;
/// The most members of a gzip file: each costs more memory than its few bytes.
const MAX_MEMBERS: usize = 1000;
/// How many layers are unpacked: a gzip file in an archive, and the like.
const MAX_LAYERS: usize = 2;
/// The first bytes of a gzip file (RFC 1952 §2.3.1).
const GZIP: &[u8] = b"\x1f\x8b";
/// The first bytes of an archive: of its first file, or of the end if it has none.
const ZIP: [&[u8]; 2] = [b"PK\x03\x04", b"PK\x05\x06"];

/// The reports in a file: XML as it is, gzip, or zip with one report or several. The first bytes
/// tell which it is; names are not looked at, except that hidden files of an archive are skipped.
///
/// What is neither gzip nor zip is given back as it is: [`Report::parse`](super::Report::parse)
/// says what it is not.
///
/// # Errors
///
/// An [`UnpackError`] if the file is damaged, or if there is more in it than is read:
/// [`MAX_REPORT`] bytes in all, [`MAX_FILES`] files.
pub fn unpack(bytes: &[u8]) -> Result<Vec<Vec<u8>>, UnpackError> {
    let mut unpacking = Unpacking {
        files: Vec::new(),
        left: MAX_REPORT,
    };
    unpacking.unpack(bytes, 0)?;
    Ok(unpacking.files)
}

/// Whether bytes begin as a gzip file or an archive does.
pub(super) fn is_packed(bytes: &[u8]) -> bool {
    is_gzip(bytes) || is_archive(bytes)
}

fn is_gzip(bytes: &[u8]) -> bool {
    bytes.starts_with(GZIP)
}

fn is_archive(bytes: &[u8]) -> bool {
    ZIP.iter().any(|start| bytes.starts_with(start))
}

/// Why a file cannot be unpacked.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum UnpackError {
    /// There are more than [`MAX_REPORT`] bytes in it.
    TooLong,
    /// The archive has more than [`MAX_FILES`] files.
    TooManyFiles,
    /// What is packed was packed before, and before that again.
    TooManyLayers,
    /// There is no file in the archive.
    Empty,
    /// The gzip file is cut short.
    GzipCutShort,
    /// The gzip file is damaged; what is wrong.
    Gzip(String),
    /// The archive is damaged or cut short; what is wrong.
    Zip(String),
    /// A file of the archive needs a password.
    Encrypted,
    /// A file of the archive is compressed by another method than Deflate; the method's number.
    Method(u16),
}

impl fmt::Display for UnpackError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong => write!(f, "there are more than {} MiB in it", MAX_REPORT >> 20),
            Self::TooManyFiles => write!(f, "the archive has more than {MAX_FILES} files"),
            Self::TooManyLayers => write!(f, "it is packed more than {MAX_LAYERS} times"),
            Self::Empty => f.write_str("there is no file in the archive"),
            Self::GzipCutShort => f.write_str("the gzip file is cut short"),
            Self::Gzip(what) => write!(f, "the gzip file is damaged: {what}"),
            Self::Zip(what) => write!(f, "the zip archive is damaged or cut short: {what}"),
            Self::Encrypted => f.write_str("the zip archive needs a password"),
            Self::Method(method) => write!(
                f,
                "the zip archive uses compression method {method}: only Deflate is read"
            ),
        }
    }
}

impl Error for UnpackError {}

struct Unpacking {
    files: Vec<Vec<u8>>,
    /// How many more bytes may be unpacked.
    left: usize,
}

impl Unpacking {
    /// Unpacks what was packed `layers` times.
    fn unpack(&mut self, bytes: &[u8], layers: usize) -> Result<(), UnpackError> {
        if layers == MAX_LAYERS && is_packed(bytes) {
            return Err(UnpackError::TooManyLayers);
        }
        if is_gzip(bytes) {
            let unpacked = self.gzip(bytes)?;
            self.unpack(&unpacked, layers + 1)
        } else if is_archive(bytes) {
            self.zip(bytes, layers)
        } else if layers == 0 && bytes.len() > MAX_REPORT {
            Err(UnpackError::TooLong)
        } else {
            self.files.push(bytes.to_vec());
            Ok(())
        }
    }

    /// All members of a gzip file. What follows them is no part of it.
    fn gzip(&mut self, mut bytes: &[u8]) -> Result<Vec<u8>, UnpackError> {
        let mut unpacked = Vec::new();
        let mut members = 0;
        while is_gzip(bytes) {
            members += 1;
            if members > MAX_MEMBERS {
                return Err(UnpackError::Gzip(format!(
                    "more than {MAX_MEMBERS} members"
                )));
            }
            let mut decoder = GzDecoder::new(bytes);
            self.read(&mut decoder, &mut unpacked, |error| match error.kind() {
                io::ErrorKind::UnexpectedEof => UnpackError::GzipCutShort,
                _ => UnpackError::Gzip(said(error)),
            })?;
            bytes = decoder.into_inner();
        }
        Ok(unpacked)
    }

    fn zip(&mut self, bytes: &[u8], layers: usize) -> Result<(), UnpackError> {
        let archive = ZipArchive::from_slice(bytes).map_err(|error| damaged(&error))?;
        let mut entries = archive.entries();
        let mut files = 0;
        while let Some(entry) = entries.next_entry().map_err(|error| damaged(&error))? {
            let path = entry.file_path();
            if entry.is_dir() || is_hidden(path.as_ref()) {
                continue;
            }
            files += 1;
            if files > MAX_FILES {
                return Err(UnpackError::TooManyFiles);
            }
            if entry.flags().is_encrypted() {
                return Err(UnpackError::Encrypted);
            }
            let file = archive
                .get_entry(entry.wayfinder())
                .map_err(|error| damaged(&error))?;
            let mut unpacked = Vec::new();
            let broken = |error: &io::Error| damaged(error);
            match entry.compression_method() {
                CompressionMethod::STORE => {
                    self.read(file.verifying_reader(file.data()), &mut unpacked, broken)
                }
                CompressionMethod::DEFLATE => {
                    let decoder = DeflateDecoder::new(file.data());
                    self.read(file.verifying_reader(decoder), &mut unpacked, broken)
                }
                other => Err(UnpackError::Method(other.as_u16())),
            }?;
            self.unpack(&unpacked, layers + 1)?;
        }
        if files == 0 {
            return Err(UnpackError::Empty);
        }
        Ok(())
    }

    /// Reads to the end, or to the limit.
    fn read(
        &mut self,
        reader: impl Read,
        unpacked: &mut Vec<u8>,
        error: impl Fn(&io::Error) -> UnpackError,
    ) -> Result<(), UnpackError> {
        let limit = self.left as u64 + 1;
        let read = reader.take(limit).read_to_end(unpacked);
        let read = read.map_err(|failure| error(&failure))?;
        self.left = self.left.checked_sub(read).ok_or(UnpackError::TooLong)?;
        Ok(())
    }
}

/// Whether a file of an archive is hidden, or what macOS adds to archives.
fn is_hidden(path: &[u8]) -> bool {
    let mut names = path.split(|&byte| byte == b'/');
    names.any(|name| name.starts_with(b".") || name == b"__MACOSX")
}

fn damaged(error: &dyn Error) -> UnpackError {
    UnpackError::Zip(said(error))
}

/// What a library says, as a part of a sentence.
fn said(error: &dyn Error) -> String {
    let text = printable(error.to_string().as_bytes());
    let mut characters = text.chars();
    let first = characters.next().map(|first| first.to_ascii_lowercase());
    first.into_iter().chain(characters).collect()
}
