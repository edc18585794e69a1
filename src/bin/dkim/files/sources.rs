//! The paths that the command line names, or a list of paths (`--files-from`).

use std::fs::File;
use std::io::{self, BufRead, BufReader, IsTerminal as _, Read as _};
use std::path::{Path, PathBuf};
use std::vec;

use super::{Source, sources};
use crate::error::Error;
use crate::system;

/// The longest path in a list, in bytes. Operating systems accept up to 4,096 or 32,767.
const MAX_PATH: u64 = 64 * 1024;

/// Where messages come from, one after the other.
pub enum Sources {
    /// All are known.
    Named(vec::IntoIter<Source>),
    /// A list that is read on the way.
    Listed(List),
}

/// A list of paths.
pub struct List {
    source: Source,
    reader: Box<dyn BufRead + Send>,
    /// The byte after each path.
    separator: u8,
    ended: bool,
}

impl Sources {
    /// The sources that paths name, or a list with its separator, or else standard input; an error
    /// with an example of a right command line if the arguments are wrong.
    pub fn new(paths: &[PathBuf], list: Option<(&Path, u8)>, example: &str) -> Result<Self, Error> {
        let Some((file, separator)) = list else {
            return Ok(Self::Named(sources(paths, example)?.into_iter()));
        };
        if !paths.is_empty() {
            let error = Error::usage("--files-from and paths cannot be combined");
            return Err(error.hint("add the paths to the list, or leave out --files-from"));
        }
        List::open(file, separator).map(Self::Listed)
    }

    /// All sources, unless they come from a list.
    pub fn named(&self) -> Option<&[Source]> {
        match self {
            Self::Named(sources) => Some(sources.as_slice()),
            Self::Listed(_) => None,
        }
    }

    /// Whether it is known that there are no more.
    pub fn is_at_end(&self) -> bool {
        matches!(self, Self::Named(sources) if sources.as_slice().is_empty())
    }

    /// The list that they come from.
    pub fn list(&self) -> Option<&Source> {
        match self {
            Self::Named(_) => None,
            Self::Listed(list) => Some(&list.source),
        }
    }
}

impl Iterator for Sources {
    /// An error comes with the source that it is about.
    type Item = Result<Source, (Source, Error)>;

    fn next(&mut self) -> Option<Self::Item> {
        match self {
            Self::Named(sources) => sources.next().map(Ok),
            Self::Listed(list) => list.next(),
        }
    }
}

impl List {
    fn open(file: &Path, separator: u8) -> Result<Self, Error> {
        if file.as_os_str() == "-" {
            let stdin = io::stdin();
            if stdin.is_terminal() {
                let error = Error::usage("--files-from - wants a list, not a terminal");
                return Err(error.hint("pipe a list in, as from find, or name its file"));
            }
            return Ok(Self::new(Source::Stdin, BufReader::new(stdin), separator));
        }
        let source = Source::File(file.to_owned());
        let open = File::open(file).map_err(|error| Error::from(error).about(&source))?;
        Ok(Self::new(source, BufReader::new(open), separator))
    }

    fn new(source: Source, reader: impl BufRead + Send + 'static, separator: u8) -> Self {
        Self {
            source,
            reader: Box::new(reader),
            separator,
            ended: false,
        }
    }

    /// The next path that is not empty, without its separator.
    fn path(&mut self) -> Result<Option<Vec<u8>>, Error> {
        loop {
            let mut path = Vec::new();
            let mut reader = self.reader.as_mut().take(MAX_PATH + 1);
            if reader.read_until(self.separator, &mut path)? == 0 {
                return Ok(None);
            }
            if path.last() == Some(&self.separator) {
                path.pop();
            }
            system::end_line(&mut path);
            if path.len() as u64 > MAX_PATH {
                self.reader.skip_until(self.separator)?;
                return Err(Error::cannot(
                    "a path in the list has more than 65,536 bytes",
                ));
            }
            if path.contains(&0) {
                self.ended = true;
                let error = Error::cannot("the list has zero bytes in it");
                return Err(error.hint("add -0 where the paths end with zero bytes"));
            }
            if !path.is_empty() {
                return Ok(Some(path));
            }
        }
    }
}

impl Iterator for List {
    type Item = Result<Source, (Source, Error)>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        match self.path() {
            Ok(Some(path)) if path == b"-" => {
                let error = Error::cannot("standard input cannot be in a list");
                Some(Err((
                    Source::Stdin,
                    error.hint("a file of this name is ./-"),
                )))
            }
            Ok(Some(path)) => {
                let path = system::path_of(path).map(Source::File);
                Some(path.ok_or_else(|| {
                    let error = Error::cannot("a path in the list is not UTF-8");
                    (self.source.clone(), error)
                }))
            }
            Ok(None) => {
                self.ended = true;
                None
            }
            Err(error) => {
                self.ended = true;
                Some(Err((self.source.clone(), error)))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(list: &[u8], separator: u8, expected: &[&str]) {
        let source = Source::File("list".into());
        let list = List::new(source, io::Cursor::new(list.to_vec()), separator);
        let paths: Vec<_> = list
            .map(|item| match item {
                Ok(source) => source.to_string(),
                Err((source, error)) => format!("!{source}: {error}"),
            })
            .collect();
        assert_eq!(paths, expected);
    }

    #[test]
    fn paths_are_separated() {
        check(b"", b'\n', &[]);
        check(b"\n\n", b'\n', &[]);
        check(b"a\n\nb c/d\ne", b'\n', &["a", "b c/d", "e"]);
        check(b"a\0b\nc\0", 0, &["a", "b\\nc"]);
        check(
            b"./-\n-\nx\n",
            b'\n',
            &["./-", "!-: standard input cannot be in a list", "x"],
        );
    }

    #[test]
    fn paths_have_a_limit() {
        let longest = "x".repeat(64 * 1024);
        check(format!("{longest}\ny").as_bytes(), b'\n', &[&longest, "y"]);
        let expected = "!list: a path in the list has more than 65,536 bytes";
        check(
            format!("a\nx{longest}\ny").as_bytes(),
            b'\n',
            &["a", expected],
        );
    }
}
