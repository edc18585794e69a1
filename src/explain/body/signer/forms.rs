//! What signers make of a line before they hash it.

use crate::syntax::folding::is_wsp;

/// What a signer makes of lines.
#[derive(Clone, Copy, Debug)]
pub(super) struct Form {
    /// Appends what is hashed of a line, which comes without its line end.
    pub(super) put: fn(&[u8], &mut Vec<u8>),
    /// As it reads behind "the hash of the body"; empty for a canonicalization as it should be.
    pub(super) said: &'static str,
    /// What to do about it.
    pub(super) remedy: &'static str,
}

/// As simple canonicalization has it (RFC 6376 §3.4.3).
pub(super) const SIMPLE: Form = Form {
    put: |line, out| out.extend_from_slice(line),
    said: "",
    remedy: "",
};

/// As relaxed canonicalization has it (RFC 6376 §3.4.4).
pub(super) const RELAXED: Form = Form {
    put: |line, out| runs(line, is_wsp, Ends::Dropped, out),
    said: "",
    remedy: "",
};

/// Without any white space, as in the historic `DomainKeys`.
pub(super) const NOFWS: Form = Form {
    put: |line, out| out.extend(line.iter().filter(|byte| !is_wsp(**byte))),
    said: "without any white space, as DomainKeys had it (nofws)",
    remedy: "have the signer use a canonicalization of DKIM: nofws is none (RFC 6376 §3.4)",
};

/// Relaxed canonicalization that is made by half: a step is left out, or goes too far.
pub(super) const HALF_RELAXED: [Form; 8] = [
    Form {
        put: |line, out| out.extend_from_slice(without_end(line)),
        said: "with runs of white space as they are, where relaxed canonicalization makes one space \
               of each",
        remedy: "have the signer make one space of each run of white space (RFC 6376 §3.4.4)",
    },
    Form {
        put: |line, out| runs(line, is_wsp, Ends::Kept, out),
        said: "with a space for the white space at line ends, which relaxed canonicalization drops",
        remedy: "have the signer drop white space at line ends (RFC 6376 §3.4.4)",
    },
    Form {
        put: |line, out| runs(line, is_space, Ends::Dropped, out),
        said: "with its TABs, where relaxed canonicalization makes one space of each run of white \
               space",
        remedy: "have the signer take TABs for white space (RFC 6376 §3.4.4)",
    },
    Form {
        put: |line, out| runs(line, is_space, Ends::Kept, out),
        said: "with its TABs and the white space at line ends, where relaxed canonicalization makes \
               one space of each run and drops what is at line ends",
        remedy: "have the signer take TABs for white space, and drop white space at line ends (RFC \
                 6376 §3.4.4)",
    },
    Form {
        put: |line, out| spaces_for_tabs(without_end(line), out),
        said: "with a space for each TAB and runs of spaces as they are, where relaxed \
               canonicalization makes one space of each run of white space",
        remedy: "have the signer make one space of each run of white space (RFC 6376 §3.4.4)",
    },
    Form {
        put: spaces_for_tabs,
        said: "with a space for each TAB and nothing else of what relaxed canonicalization does",
        remedy: "have the signer make one space of each run of white space, and drop white space at \
                 line ends (RFC 6376 §3.4.4)",
    },
    Form {
        put: |line, out| {
            let from = line.iter().position(|byte| !is_wsp(*byte));
            let line = &line[from.unwrap_or(line.len())..];
            runs(line, is_wsp, Ends::Dropped, out);
        },
        said: "without the white space at the beginning of lines, of which relaxed canonicalization \
               makes one space",
        remedy: "have the signer make one space of white space at the beginning of lines (RFC 6376 \
                 §3.4.4)",
    },
    Form {
        put: |line, out| {
            let from = line.iter().position(|byte| !is_wsp(*byte));
            out.extend_from_slice(without_end(&line[from.unwrap_or(line.len())..]));
        },
        said: "without the white space at both ends of lines, and with runs of it as they are",
        remedy: "have the signer make one space of each run of white space but that at line ends \
                 (RFC 6376 §3.4.4)",
    },
];

/// What becomes of white space at line ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ends {
    Kept,
    Dropped,
}

fn is_space(byte: u8) -> bool {
    byte == b' '
}

fn without_end(line: &[u8]) -> &[u8] {
    let kept = line.iter().rposition(|byte| !is_wsp(*byte));
    &line[..kept.map_or(0, |last| last + 1)]
}

/// Appends a line with one space for each run of what counts as white space.
fn runs(line: &[u8], is_white: fn(u8) -> bool, ends: Ends, out: &mut Vec<u8>) {
    let start = out.len();
    let line = match ends {
        Ends::Kept => line,
        Ends::Dropped => without_end(line),
    };
    let mut in_run = false;
    for &byte in line {
        let is_white = is_white(byte);
        if !is_white {
            out.push(byte);
        } else if !in_run {
            out.push(b' ');
        }
        in_run = is_white;
    }
    debug_assert!(out.len() - start <= line.len());
}

fn spaces_for_tabs(line: &[u8], out: &mut Vec<u8>) {
    out.extend(
        line.iter()
            .map(|&byte| if byte == b'\t' { b' ' } else { byte }),
    );
}
