//! Packed files, read through: gzip (RFC 1952) and Zstandard (RFC 8878).

use std::error::Error;
use std::io::{self, BufRead, BufReader, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use flate2::bufread::MultiGzDecoder;
use ruzstd::decoding::BlockDecodingStrategy::UptoBlocks;
use ruzstd::decoding::FrameDecoder;
use ruzstd::decoding::errors::{FrameDecoderError, ReadFrameHeaderError};

use super::PIECE;

/// What is packed may be so many times as long as the file. Mail shrinks to a tenth, and the most
/// monotonous of it to a hundredth; beyond, a few bytes keep a reader busy for long.
pub const MAX_EXPANSION: u64 = 500;
/// So many bytes are unpacked in any case.
pub const FREE_EXPANSION: u64 = 64 * 1024 * 1024;

const GZIP: &[u8] = b"\x1f\x8b";
const ZSTD: &[u8] = b"\x28\xb5\x2f\xfd";

/// How a file is packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Packing {
    Gzip,
    Zstd,
}

impl Packing {
    /// Tells it by the first bytes of a file.
    pub fn of(start: &[u8]) -> Option<Self> {
        if start.starts_with(GZIP) {
            Some(Self::Gzip)
        } else if start.starts_with(ZSTD) {
            Some(Self::Zstd)
        } else {
            None
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
        }
    }

    /// Unpacks what `packed` gives.
    pub fn unpack(self, packed: impl Read + Send + 'static) -> Unpacked {
        let length = Arc::new(AtomicU64::new(0));
        let counted = Counted {
            reader: Box::new(packed),
            length: length.clone(),
        };
        let reader = BufReader::with_capacity(PIECE, counted);
        Unpacked {
            packing: self,
            decoder: match self {
                Self::Gzip => Decoder::Gzip(Box::new(MultiGzDecoder::new(reader))),
                Self::Zstd => Decoder::Zstd(Box::new(Frames {
                    source: reader,
                    decoder: FrameDecoder::new(),
                })),
            },
            packed: length,
            unpacked: 0,
        }
    }
}

/// What is in a packed file. An error says what is wrong with it.
pub struct Unpacked {
    packing: Packing,
    decoder: Decoder,
    /// How many bytes of the file were read.
    packed: Arc<AtomicU64>,
    /// How many bytes were unpacked.
    unpacked: u64,
}

enum Decoder {
    Gzip(Box<MultiGzDecoder<BufReader<Counted>>>),
    Zstd(Box<Frames>),
}

impl Read for Unpacked {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = match &mut self.decoder {
            Decoder::Gzip(decoder) => decoder.read(buffer),
            Decoder::Zstd(frames) => frames.read(buffer),
        };
        let length = read.map_err(|error| told(&error, self.packing.name()))?;
        self.unpacked += length as u64;
        let most = self
            .packed
            .load(Ordering::Relaxed)
            .saturating_mul(MAX_EXPANSION);
        if self.unpacked > most.max(FREE_EXPANSION) {
            let why = format!("it unpacks to more than {MAX_EXPANSION} times its length");
            return Err(io::Error::other(why));
        }
        Ok(length)
    }
}

/// An error of reading as it is; one of unpacking as a sentence.
fn told(error: &io::Error, name: &str) -> io::Error {
    let mut cause: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(current) = cause {
        if let Some(failure) = current.downcast_ref::<io::Error>() {
            if let Some(code) = failure.raw_os_error() {
                return io::Error::from_raw_os_error(code);
            }
            match failure.kind() {
                io::ErrorKind::Interrupted => return io::ErrorKind::Interrupted.into(),
                io::ErrorKind::UnexpectedEof => {
                    return io::Error::other(format!("the {name} file is cut short"));
                }
                _ => {}
            }
        }
        // An error of another's is held, and is not the source of this one.
        cause = match current
            .downcast_ref::<io::Error>()
            .and_then(io::Error::get_ref)
        {
            Some(held) => Some(held),
            None => current.source(),
        };
    }
    io::Error::other(format!("the {name} file is damaged"))
}

/// A reader that counts.
struct Counted {
    reader: Box<dyn Read + Send>,
    length: Arc<AtomicU64>,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.reader.read(buffer)?;
        self.length.fetch_add(length as u64, Ordering::Relaxed);
        Ok(length)
    }
}

/// The frames of a Zstandard file, one after the other (RFC 8878).
struct Frames {
    source: BufReader<Counted>,
    decoder: FrameDecoder,
}

impl Frames {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            while self.decoder.can_collect() == 0 && !self.decoder.is_finished() {
                self.decoder
                    .decode_blocks(&mut self.source, UptoBlocks(1))
                    .map_err(io::Error::other)?;
            }
            let length = self.decoder.read(buffer)?;
            if length > 0 {
                return Ok(length);
            }
            self.check_sum()?;
            if self.source.fill_buf()?.is_empty() {
                return Ok(0);
            }
            self.begin()?;
        }
    }

    /// Begins the next frame, or passes over one that has no content.
    fn begin(&mut self) -> io::Result<()> {
        match self.decoder.reset(&mut self.source) {
            Ok(()) => Ok(()),
            Err(FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::SkipFrame {
                length,
                ..
            })) => {
                let mut frame = (&mut self.source).take(u64::from(length));
                if io::copy(&mut frame, &mut io::sink())? < u64::from(length) {
                    return Err(io::ErrorKind::UnexpectedEof.into());
                }
                // What was decoded before is told already.
                self.decoder = FrameDecoder::new();
                Ok(())
            }
            Err(error) => Err(io::Error::other(error)),
        }
    }

    /// Compares the checksum of a frame that was read whole.
    fn check_sum(&mut self) -> io::Result<()> {
        let stated = self.decoder.get_checksum_from_data();
        if stated.is_some() && stated != self.decoder.get_calculated_checksum() {
            return Err(io::ErrorKind::InvalidData.into());
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Write as _};

    use flate2::Compression;
    use flate2::write::GzEncoder;
    use ruzstd::encoding::{CompressionLevel, compress_to_vec};

    use super::*;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn zstd(bytes: &[u8]) -> Vec<u8> {
        compress_to_vec(bytes, CompressionLevel::Fastest)
    }

    /// What a file unpacks to, read in pieces of a few bytes, or the error.
    fn unpacked(file: &[u8]) -> Result<Vec<u8>, String> {
        let packing = Packing::of(file).unwrap();
        let mut reader = packing.unpack(Cursor::new(file.to_vec()));
        let (mut all, mut piece) = (Vec::new(), [0; 999]);
        loop {
            match reader.read(&mut piece) {
                Ok(0) => return Ok(all),
                Ok(length) => all.extend_from_slice(&piece[..length]),
                Err(error) => return Err(error.to_string()),
            }
        }
    }

    #[test]
    fn files_are_unpacked_whole() {
        let long = b"From: joe@example.com\r\n".repeat(20_000);
        for text in [&b"x"[..], b"", &long] {
            assert_eq!(unpacked(&gzip(text)).unwrap(), text);
            assert_eq!(unpacked(&zstd(text)).unwrap(), text);
        }
        // Members and frames follow each other, and a frame may have no content.
        let two = [gzip(b"a"), gzip(b"b")].concat();
        assert_eq!(unpacked(&two).unwrap(), b"ab");
        let skipped = [&b"\x50\x2a\x4d\x18\x03\0\0\0xyz"[..], &zstd(b"b")].concat();
        let two = [zstd(b"a"), skipped].concat();
        assert_eq!(unpacked(&two).unwrap(), b"ab");
        assert_eq!(Packing::of(b"From: a"), None);
        assert_eq!(Packing::of(b""), None);
    }

    #[test]
    fn what_is_wrong_is_said() {
        let long = b"From: joe@example.com\r\n".repeat(2_000);
        for (file, name) in [(gzip(&long), "gzip"), (zstd(&long), "zstd")] {
            for length in [5, 12, file.len() / 2, file.len() - 1] {
                let error = unpacked(&file[..length]).unwrap_err();
                assert_eq!(error, format!("the {name} file is cut short"), "{length}");
            }
            let mut damaged = file.clone();
            *damaged.last_mut().unwrap() ^= 1;
            assert_eq!(
                unpacked(&damaged).unwrap_err(),
                format!("the {name} file is damaged")
            );
        }
    }

    #[test]
    fn any_damage_is_an_error_or_text() {
        let long = b"From: joe@example.com\r\nSubject: hello\r\n".repeat(50);
        for file in [gzip(&long), zstd(&long)] {
            for at in 4..file.len() {
                for bit in [1, 16, 128] {
                    let mut damaged = file.clone();
                    damaged[at] ^= bit;
                    let _ = unpacked(&damaged);
                }
            }
        }
    }

    #[test]
    fn what_grows_too_much_is_not_read_on() {
        let zeros = vec![0; usize::try_from(FREE_EXPANSION).unwrap() + 1_000_000];
        let file = gzip(&zeros);
        assert!((file.len() as u64) * MAX_EXPANSION < FREE_EXPANSION);
        let error = unpacked(&file).unwrap_err();
        assert_eq!(error, "it unpacks to more than 500 times its length");
    }

    #[test]
    fn an_error_of_reading_stays_one() {
        struct Broken;
        impl Read for Broken {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                Err(io::Error::from_raw_os_error(5))
            }
        }
        for (file, packing) in [(gzip(b"x"), Packing::Gzip), (zstd(b"x"), Packing::Zstd)] {
            let start = Cursor::new(file[..6].to_vec());
            let error = packing
                .unpack(start.chain(Broken))
                .read(&mut [0; 9])
                .unwrap_err();
            assert_eq!(error.raw_os_error(), Some(5), "{packing:?}");
        }
    }
}
