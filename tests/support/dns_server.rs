//! A name server on loopback that says what a test wants it to say, over UDP and TCP.
//!
//! It writes and reads messages on its own (RFC 1035 §4), so that it does not share a mistake
//! with the library under test.

#![allow(dead_code)] // Each test binary uses a part.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

pub const A: u16 = 1;
pub const NS: u16 = 2;
pub const CNAME: u16 = 5;
pub const SOA: u16 = 6;
pub const MX: u16 = 15;
pub const TXT: u16 = 16;
pub const AAAA: u16 = 28;
pub const DNAME: u16 = 39;

pub const NOERROR: u16 = 0;
pub const FORMERR: u16 = 1;
pub const SERVFAIL: u16 = 2;
pub const NXDOMAIN: u16 = 3;
pub const NOTIMP: u16 = 4;
pub const REFUSED: u16 = 5;

const IN: u16 = 1;

/// What a server does about each question.
pub type Behaviour = Box<dyn Fn(&Question) -> Reply + Send + Sync>;

/// A running server; it ends when this is dropped.
pub struct DnsServer {
    address: SocketAddr,
    state: Arc<State>,
}

struct State {
    answer: Behaviour,
    questions: Mutex<Vec<Question>>,
    stopped: AtomicBool,
}

/// A question as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// The name as it was written, with its final dot.
    pub name: String,
    pub record_type: u16,
    pub over_tcp: bool,
    /// Counts the TCP connections, from 1; 0 over UDP.
    pub connection: usize,
    /// The size that EDNS offers; `None` without EDNS.
    pub edns_size: Option<u16>,
    pub recursion_desired: bool,
    pub checking_disabled: bool,
}

/// What the server does about a question.
#[derive(Clone, Debug)]
pub enum Reply {
    Answer(Answer),
    /// Nothing.
    Silence,
    /// Closes the TCP connection; over UDP nothing.
    Close,
    /// These octets behind the right message id.
    Octets(Vec<u8>),
    /// First this under the id of another message, then the second.
    WrongId(Answer, Box<Reply>),
    /// That, a while later.
    Late(Duration, Box<Reply>),
    /// That, and then the TCP connection is closed.
    ThenClose(Box<Reply>),
}

/// A message to send. Over UDP it is truncated where it does not fit.
#[derive(Clone, Debug, Default)]
pub struct Answer {
    pub code: u16,
    pub answers: Vec<Record>,
    pub authorities: Vec<Record>,
    pub additionals: Vec<Record>,
    /// Says that it is from the zone's own data.
    pub authoritative: bool,
    /// Says that it is truncated even if it is not.
    pub truncated: bool,
    /// The question that it claims to answer, if another one.
    pub question: Option<String>,
    /// The code of an extended error (RFC 8914).
    pub extended_error: Option<u16>,
}

/// A record of an answer.
#[derive(Clone, Debug)]
pub struct Record {
    pub name: String,
    pub record_type: u16,
    pub class: u16,
    pub ttl: u32,
    pub data: Vec<u8>,
}

impl DnsServer {
    /// Starts a server on a free port of 127.0.0.1.
    pub fn start(answer: impl Fn(&Question) -> Reply + Send + Sync + 'static) -> Self {
        let (udp, tcp) = sockets();
        Self::serve(udp, Some(tcp), answer)
    }

    /// Starts servers on 127.0.0.1, 127.0.0.2 and so on, all on one port, one for each of these
    /// functions; `None` where the system has no such addresses.
    pub fn start_side_by_side(answers: Vec<Behaviour>) -> Option<Vec<Self>> {
        let sockets = side_by_side(answers.len())?;
        let servers = sockets.into_iter().zip(answers);
        let servers = servers.map(|((udp, tcp), answer)| Self::serve(udp, Some(tcp), answer));
        Some(servers.collect())
    }

    /// The same over UDP alone: TCP is refused.
    pub fn without_tcp(answer: impl Fn(&Question) -> Reply + Send + Sync + 'static) -> Self {
        Self::serve(sockets().0, None, answer)
    }

    fn serve(
        udp: UdpSocket,
        tcp: Option<TcpListener>,
        answer: impl Fn(&Question) -> Reply + Send + Sync + 'static,
    ) -> Self {
        let address = udp.local_addr().unwrap();
        let state = Arc::new(State {
            answer: Box::new(answer),
            questions: Mutex::default(),
            stopped: AtomicBool::new(false),
        });
        let for_udp = state.clone();
        thread::spawn(move || for_udp.serve_udp(&udp));
        if let Some(tcp) = tcp {
            let for_tcp = state.clone();
            thread::spawn(move || for_tcp.serve_tcp(&tcp));
        }
        Self { address, state }
    }

    /// A server that has these TXT records, and no other name.
    pub fn with_txt<N: Into<String>, T: Into<Vec<u8>>>(
        records: impl IntoIterator<Item = (N, T)>,
    ) -> Self {
        let records: Vec<(String, Vec<u8>)> = records
            .into_iter()
            .map(|(name, text)| (absolute(&name.into()), text.into()))
            .collect();
        Self::start(move |question| {
            let mut answer = Answer::default();
            for (name, text) in &records {
                if name.eq_ignore_ascii_case(&question.name) {
                    answer = answer.txt(name, text);
                }
            }
            if answer.answers.is_empty() {
                answer.code = NXDOMAIN;
            }
            Reply::Answer(answer)
        })
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The questions so far, in the order in which they came.
    pub fn questions(&self) -> Vec<Question> {
        self.state.questions.lock().unwrap().clone()
    }
}

/// An address where nobody listens.
pub fn closed_address() -> SocketAddr {
    sockets().0.local_addr().unwrap()
}

impl Drop for DnsServer {
    fn drop(&mut self) {
        self.state.stopped.store(true, Ordering::SeqCst);
        // Both threads wait: wake them.
        if let Ok(socket) = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)) {
            let _ = socket.send_to(&[], self.address);
        }
        let _ = TcpStream::connect(self.address);
    }
}

impl Answer {
    /// An answer without records.
    pub fn code(code: u16) -> Self {
        Self {
            code,
            ..Self::default()
        }
    }

    /// Adds a TXT record, in strings of 255 octets.
    pub fn txt(self, name: &str, text: impl AsRef<[u8]>) -> Self {
        let strings: Vec<&[u8]> = text.as_ref().chunks(255).collect();
        self.txt_strings(name, &strings)
    }

    /// Adds a TXT record of these strings.
    pub fn txt_strings(mut self, name: &str, strings: &[&[u8]]) -> Self {
        self.answers.push(Record::txt(name, strings));
        self
    }

    pub fn cname(mut self, name: &str, target: &str) -> Self {
        self.answers
            .push(Record::new(name, CNAME, wire_name(target)));
        self
    }

    pub fn dname(mut self, name: &str, target: &str) -> Self {
        self.answers
            .push(Record::new(name, DNAME, wire_name(target)));
        self
    }

    /// Adds a SOA record to the authority section, as a negative answer has.
    pub fn soa(self, zone: &str) -> Self {
        self.soa_of(zone, 300, 0)
    }

    /// The same with its TTL and its field MINIMUM.
    pub fn soa_of(mut self, zone: &str, ttl: u32, minimum: u32) -> Self {
        let mut data = wire_name(zone);
        data.extend(wire_name(zone));
        data.extend([0; 16]);
        data.extend(minimum.to_be_bytes());
        let soa = Record::new(zone, SOA, data);
        self.authorities.push(Record { ttl, ..soa });
        self
    }

    /// Gives the answer's records these TTLs, in their order.
    pub fn ttls(mut self, ttls: &[u32]) -> Self {
        assert_eq!(self.answers.len(), ttls.len());
        for (record, &ttl) in self.answers.iter_mut().zip(ttls) {
            record.ttl = ttl;
        }
        self
    }

    pub fn extended_error(mut self, code: u16) -> Self {
        self.extended_error = Some(code);
        self
    }
}

impl Record {
    pub fn new(name: &str, record_type: u16, data: Vec<u8>) -> Self {
        Self {
            name: absolute(name),
            record_type,
            class: IN,
            ttl: 300,
            data,
        }
    }

    pub fn txt(name: &str, strings: &[&[u8]]) -> Self {
        let mut data = Vec::new();
        for string in strings {
            data.push(u8::try_from(string.len()).unwrap());
            data.extend_from_slice(string);
        }
        Self::new(name, TXT, data)
    }
}

impl From<Answer> for Reply {
    fn from(answer: Answer) -> Self {
        Self::Answer(answer)
    }
}

impl State {
    fn serve_udp(&self, socket: &UdpSocket) {
        let mut buffer = [0; 4096];
        loop {
            // An error is the ICMP message of a client that is gone.
            let received = socket.recv_from(&mut buffer);
            if self.stopped.load(Ordering::SeqCst) {
                return;
            }
            let Ok((length, client)) = received else {
                continue;
            };
            let Some((question, message)) = parse(&buffer[..length], 0) else {
                continue;
            };
            let limit = usize::from(question.edns_size.unwrap_or(512).max(512));
            self.reply(&question, &message, limit, &mut |octets| {
                if let Some(octets) = octets {
                    let _ = socket.send_to(octets, client);
                }
            });
        }
    }

    fn serve_tcp(self: Arc<Self>, listener: &TcpListener) {
        for (connection, stream) in (1..).zip(listener.incoming()) {
            if self.stopped.load(Ordering::SeqCst) {
                return;
            }
            let (Ok(stream), state) = (stream, self.clone()) else {
                continue;
            };
            thread::spawn(move || state.serve_stream(stream, connection));
        }
    }

    fn serve_stream(&self, mut stream: TcpStream, connection: usize) {
        let mut open = true;
        while open {
            let mut length = [0; 2];
            if stream.read_exact(&mut length).is_err() {
                return;
            }
            let mut message = vec![0; usize::from(u16::from_be_bytes(length))];
            if stream.read_exact(&mut message).is_err() {
                return;
            }
            let Some((question, message)) = parse(&message, connection) else {
                return;
            };
            self.reply(&question, &message, 65_535, &mut |octets| match octets {
                Some(octets) => {
                    let length = u16::try_from(octets.len()).unwrap().to_be_bytes();
                    let _ = stream.write_all(&[&length, octets].concat());
                }
                None => open = false,
            });
        }
    }

    /// Sends what the test's function says; `None` closes the connection.
    fn reply(
        &self,
        question: &Question,
        message: &Message,
        limit: usize,
        send: &mut dyn FnMut(Option<&[u8]>),
    ) {
        self.questions.lock().unwrap().push(question.clone());
        carry_out((self.answer)(question), message, limit, send);
    }
}

fn carry_out(reply: Reply, message: &Message, limit: usize, send: &mut dyn FnMut(Option<&[u8]>)) {
    match reply {
        Reply::Answer(answer) => send(Some(&answer_octets(&answer, message, limit))),
        Reply::Silence => {}
        Reply::Close => send(None),
        Reply::Octets(octets) => {
            send(Some(
                &[message.id.to_be_bytes().as_slice(), &octets].concat(),
            ));
        }
        Reply::WrongId(answer, then) => {
            let mut other = message.clone();
            other.id = other.id.wrapping_add(1);
            send(Some(&answer_octets(&answer, &other, limit)));
            carry_out(*then, message, limit, send);
        }
        Reply::Late(time, then) => {
            thread::sleep(time);
            carry_out(*then, message, limit, send);
        }
        Reply::ThenClose(first) => {
            carry_out(*first, message, limit, send);
            send(None);
        }
    }
}

/// What an answer repeats of a question.
#[derive(Clone)]
struct Message {
    id: u16,
    question: Vec<u8>,
    has_edns: bool,
}

/// Reads a query of one question; `None` if it is something else.
fn parse(octets: &[u8], connection: usize) -> Option<(Question, Message)> {
    let word = |at: usize| Some(u16::from_be_bytes([*octets.get(at)?, *octets.get(at + 1)?]));
    let (flags, questions, additionals) = (word(2)?, word(4)?, word(10)?);
    if flags & 0x8000 != 0 || questions != 1 {
        return None;
    }
    let (name, end) = read_name(octets, 12)?;
    let record_type = word(end)?;
    let question_end = end + 4;
    // Clients put nothing but the OPT record behind the question: root, type 41, size.
    let has_edns = additionals == 1 && word(question_end + 1)? == 41;
    let edns_size = if has_edns {
        Some(word(question_end + 3)?)
    } else {
        None
    };
    Some((
        Question {
            name,
            record_type,
            over_tcp: connection > 0,
            connection,
            edns_size,
            recursion_desired: flags & 0x0100 != 0,
            checking_disabled: flags & 0x0010 != 0,
        },
        Message {
            id: word(0)?,
            question: octets.get(12..question_end)?.to_vec(),
            has_edns,
        },
    ))
}

fn read_name(octets: &[u8], mut at: usize) -> Option<(String, usize)> {
    let mut name = String::new();
    loop {
        let length = usize::from(*octets.get(at)?);
        let label = octets.get(at + 1..at + 1 + length)?;
        at += 1 + length;
        if length == 0 {
            let root = name.is_empty();
            return Some((if root { ".".to_owned() } else { name }, at));
        }
        name += &label.escape_ascii().to_string();
        name.push('.');
    }
}

fn answer_octets(answer: &Answer, message: &Message, limit: usize) -> Vec<u8> {
    let whole = octets(answer, message, answer.truncated);
    if whole.len() <= limit {
        return whole;
    }
    let bare = Answer {
        answers: Vec::new(),
        authorities: Vec::new(),
        additionals: Vec::new(),
        ..answer.clone()
    };
    octets(&bare, message, true)
}

fn octets(answer: &Answer, message: &Message, truncated: bool) -> Vec<u8> {
    // A response; recursion was desired and is available.
    let flags = 0x8180
        | if answer.authoritative { 0x0400 } else { 0 }
        | if truncated { 0x0200 } else { 0 }
        | (answer.code & 0x000f);
    let mut octets = Vec::new();
    octets.extend(message.id.to_be_bytes());
    octets.extend(flags.to_be_bytes());
    let additionals = answer.additionals.len() + usize::from(message.has_edns);
    for count in [
        1,
        answer.answers.len(),
        answer.authorities.len(),
        additionals,
    ] {
        octets.extend(u16::try_from(count).unwrap().to_be_bytes());
    }
    match &answer.question {
        Some(name) => {
            octets.extend(wire_name(name));
            octets.extend([0, 16, 0, 1]);
        }
        None => octets.extend(&message.question),
    }
    let sections = [&answer.answers, &answer.authorities, &answer.additionals];
    for record in sections.into_iter().flatten() {
        octets.extend(wire_name(&record.name));
        octets.extend(record.record_type.to_be_bytes());
        octets.extend(record.class.to_be_bytes());
        octets.extend(record.ttl.to_be_bytes());
        octets.extend(u16::try_from(record.data.len()).unwrap().to_be_bytes());
        octets.extend(&record.data);
    }
    if message.has_edns {
        octets.extend(opt_record(answer));
    }
    octets
}

/// The OPT record, with the upper bits of the code and an extended error (RFC 6891 §6.1.2).
fn opt_record(answer: &Answer) -> Vec<u8> {
    let option = match answer.extended_error {
        Some(code) => [[0, 15, 0, 2].as_slice(), &code.to_be_bytes()].concat(),
        None => Vec::new(),
    };
    let high = u8::try_from(answer.code >> 4).unwrap();
    let mut record = vec![0, 0, 41, 0x04, 0xd0, high, 0, 0, 0];
    record.extend(u16::try_from(option.len()).unwrap().to_be_bytes());
    record.extend(option);
    record
}

/// A name in the wire's form, not compressed. No escapes.
pub fn wire_name(name: &str) -> Vec<u8> {
    let mut octets = Vec::new();
    for label in name.split('.').filter(|label| !label.is_empty()) {
        octets.push(u8::try_from(label.len()).unwrap());
        octets.extend(label.as_bytes());
    }
    octets.push(0);
    octets
}

fn absolute(name: &str) -> String {
    match name.strip_suffix('.') {
        Some(_) => name.to_owned(),
        None => format!("{name}."),
    }
}

/// A UDP and a TCP socket at each of so many addresses, all on one port.
fn side_by_side(count: usize) -> Option<Vec<(UdpSocket, TcpListener)>> {
    let at = |number: usize, port: u16| {
        let address = (Ipv4Addr::new(127, 0, 0, u8::try_from(number).ok()?), port);
        Some((
            UdpSocket::bind(address).ok()?,
            TcpListener::bind(address).ok()?,
        ))
    };
    (0..100).find_map(|_| {
        let first = sockets();
        let port = first.0.local_addr().ok()?.port();
        let others = (2..=count).map(|number| at(number, port));
        [Some(first)].into_iter().chain(others).collect()
    })
}

/// A UDP and a TCP socket on one port.
fn sockets() -> (UdpSocket, TcpListener) {
    for _ in 0..100 {
        let udp = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        if let Ok(tcp) = TcpListener::bind(udp.local_addr().unwrap()) {
            return (udp, tcp);
        }
    }
    panic!("no free port on 127.0.0.1");
}
