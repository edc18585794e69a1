//! Questions over UDP (RFC 1035 §4.2.1).
//!
//! hickory's own client leaves its sockets unconnected and so never hears that nobody listens at
//! the other end; and it cannot tell an answer that was cut in the middle of a record, which the
//! truncation bit announces, from one that is no message.
//!
//! Questions that wait at the same time share sockets, so that no number of unanswered questions
//! uses up the files that a process may open.

use std::collections::HashMap;
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket as StdSocket};
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use futures_util::future::{Either, select};
use hickory_proto::op::{DnsRequest, DnsResponse};
use hickory_resolver::net::NetError;
use tokio::io::Interest;
use tokio::net::UdpSocket;
use tokio::sync::oneshot;

const HEADER: usize = 12;

/// The number of questions that one socket takes before the next socket is opened. The random port
/// of each socket protects against forged answers (RFC 5452 §9.2), so none is used for long.
const MAX_QUESTIONS: usize = 64;

/// What came back.
pub(super) enum UdpAnswer {
    /// A whole message.
    Whole(DnsResponse),
    /// The answer is longer than what UDP carries.
    Truncated,
}

/// The sockets to one server. A socket is open while any of its questions waits for an answer.
pub(super) struct Sockets {
    server: SocketAddr,
    /// The socket that takes new questions.
    newest: Mutex<Weak<Socket>>,
}

/// A socket that is connected to the server.
struct Socket {
    socket: UdpSocket,
    /// All questions by their ids. A question that is answered or given up stays as `None`, so that
    /// a late answer to it is not taken for the answer to another question.
    questions: Mutex<HashMap<u16, Option<Waiting>>>,
    /// Receives datagrams. The task that holds it reads for all questions of the socket.
    buffer: tokio::sync::Mutex<Box<[u8]>>,
}

/// A question that waits for its answer.
struct Waiting {
    sent: Arc<[u8]>,
    answer: oneshot::Sender<Result<UdpAnswer, NetError>>,
}

/// The asking side of a question; the question is given up when this is dropped.
struct Asked {
    socket: Arc<Socket>,
    id: u16,
    sent: Arc<[u8]>,
    answer: oneshot::Receiver<Result<UdpAnswer, NetError>>,
}

impl Sockets {
    /// Opens no socket yet.
    pub(super) fn new(server: SocketAddr) -> Self {
        Self {
            server,
            newest: Mutex::new(Weak::new()),
        }
    }

    /// Sends the request in one datagram, from a port that the system chooses at random, and waits
    /// for the answer to it. Datagrams that answer something else are passed over, so that nobody
    /// who cannot see the request can end it.
    pub(super) async fn exchange(&self, request: &DnsRequest) -> Result<UdpAnswer, NetError> {
        let mut asked = self.ask(request.metadata.id, request.to_vec()?)?;
        asked.send().await?;
        asked.answer().await
    }

    fn ask(&self, id: u16, sent: Vec<u8>) -> io::Result<Asked> {
        let mut newest = self.newest.lock().unwrap_or_else(PoisonError::into_inner);
        let socket = match newest.upgrade().filter(|socket| socket.takes(id)) {
            Some(socket) => socket,
            None => {
                let socket = Arc::new(Socket::connected(self.server)?);
                *newest = Arc::downgrade(&socket);
                socket
            }
        };
        let (answer, receiver) = oneshot::channel();
        let sent: Arc<[u8]> = sent.into();
        let waiting = Waiting {
            sent: sent.clone(),
            answer,
        };
        socket.questions().insert(id, Some(waiting));
        Ok(Asked {
            socket,
            id,
            sent,
            answer: receiver,
        })
    }
}

impl Socket {
    fn connected(server: SocketAddr) -> io::Result<Self> {
        let local: SocketAddr = match server {
            SocketAddr::V4(_) => (Ipv4Addr::UNSPECIFIED, 0).into(),
            SocketAddr::V6(_) => (Ipv6Addr::UNSPECIFIED, 0).into(),
        };
        let socket = StdSocket::bind(local)?;
        socket.connect(server)?;
        socket.set_nonblocking(true)?;
        Ok(Self {
            socket: UdpSocket::from_std(socket)?,
            questions: Mutex::default(),
            buffer: tokio::sync::Mutex::new(vec![0; usize::from(u16::MAX)].into()),
        })
    }

    /// Whether this socket takes one more question, under this id.
    fn takes(&self, id: u16) -> bool {
        let questions = self.questions();
        questions.len() < MAX_QUESTIONS && !questions.contains_key(&id)
    }

    fn questions(&self) -> MutexGuard<'_, HashMap<u16, Option<Waiting>>> {
        self.questions
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Gives a datagram to the question that it answers, if any.
    fn deliver(&self, received: &[u8]) {
        let Some(id) = received.first_chunk() else {
            return;
        };
        let mut questions = self.questions();
        let Some(place) = questions.get_mut(&u16::from_be_bytes(*id)) else {
            return;
        };
        let kind = |waiting: &Waiting| kind(&waiting.sent, received);
        let answer = match place.as_ref().map_or(Kind::Other, kind) {
            Kind::Other => return,
            Kind::Truncated => Ok(UdpAnswer::Truncated),
            Kind::Whole => DnsResponse::from_buffer(received.to_vec())
                .map(UdpAnswer::Whole)
                .map_err(NetError::from),
        };
        if let Some(waiting) = place.take() {
            // The question may have been given up just now.
            let _ = waiting.answer.send(answer);
        }
    }

    /// Ends all questions of the socket: the server cannot be reached.
    fn fail(&self, error: io::Error) {
        let error = NetError::from(error);
        let mut questions = self.questions();
        for waiting in questions.values_mut().filter_map(Option::take) {
            let _ = waiting.answer.send(Err(error.clone()));
        }
    }
}

impl Asked {
    /// Sends the question. An error ends this question alone.
    async fn send(&self) -> io::Result<()> {
        let Socket { socket, .. } = &*self.socket;
        let Err(error) = socket.send(&self.sent).await else {
            return Ok(());
        };
        // The system reports an undeliverable earlier datagram once, at any later send. If the same
        // send succeeds now, the error was such a report: the server cannot be reached.
        socket.send(&self.sent).await?;
        self.socket.fail(error);
        Ok(())
    }

    /// Waits for the answer, and meanwhile reads for all questions of the socket or lets another
    /// task do so.
    async fn answer(&mut self) -> Result<UdpAnswer, NetError> {
        let Socket { socket, buffer, .. } = &*self.socket;
        let read = async {
            let mut buffer = buffer.lock().await;
            loop {
                match receive(socket, &mut buffer).await {
                    Ok(length) => self.socket.deliver(&buffer[..length]),
                    Err(error) => return self.socket.fail(error),
                }
            }
        };
        let answer = match select(&mut self.answer, pin!(read)).await {
            Either::Left((answer, _)) => answer,
            Either::Right(((), answer)) => answer.await,
        };
        // Not reached: only the drop of `self` removes a question without an answer.
        answer.unwrap_or(Err(NetError::NoConnections))
    }
}

impl Drop for Asked {
    fn drop(&mut self) {
        if let Some(place) = self.socket.questions().get_mut(&self.id) {
            *place = None;
        }
    }
}

enum Kind {
    Whole,
    Truncated,
    Other,
}

/// What a datagram is to the request, as far as its first octets say.
fn kind(sent: &[u8], received: &[u8]) -> Kind {
    let (Some(header), Some(question)) = (received.get(..HEADER), question(sent)) else {
        return Kind::Other;
    };
    let is_response = header[2] & 0x80 != 0;
    let repeats = received[HEADER..]
        .get(..question.len())
        .is_some_and(|repeated| repeated.eq_ignore_ascii_case(question));
    // Servers that cannot read a question do not repeat it: all that they send is an error.
    let refuses_to_read = header[4..6] == [0, 0] && !matches!(header[3] & 0x0f, 0 | 3);
    if header[..2] != sent[..2] || !is_response || !(repeats || refuses_to_read) {
        Kind::Other
    } else if header[2] & 0x02 != 0 {
        Kind::Truncated
    } else {
        Kind::Whole
    }
}

/// The question of a request, of which it has one: name, type and class.
fn question(sent: &[u8]) -> Option<&[u8]> {
    let body = sent.get(HEADER..)?;
    let mut end = 0;
    while let length @ 1.. = usize::from(*body.get(end)?) {
        end += 1 + length;
    }
    body.get(..end + 5)
}

/// Waits for a datagram, or for the word that none will come.
async fn receive(socket: &UdpSocket, buffer: &mut [u8]) -> io::Result<usize> {
    // tokio does not take an error that is pending for something to read.
    socket
        .async_io(Interest::READABLE | Interest::ERROR, || {
            match socket.take_error()? {
                Some(error) => Err(error),
                None => socket.try_recv(buffer),
            }
        })
        .await
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;
    use std::time::Duration;

    use futures_util::future::{join, join_all};
    use hickory_proto::op::{DnsRequestOptions, Query};
    use hickory_proto::rr::{Name, RecordType};

    use super::*;

    /// Longer than any test here takes.
    const LONG: Duration = Duration::from_secs(60);

    fn run(test: impl Future<Output = ()>) {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime
            .block_on(async { tokio::time::timeout(LONG, test).await })
            .unwrap();
    }

    fn request(id: u16) -> DnsRequest {
        let name = Name::from_ascii(format!("n{id}.example.")).unwrap();
        let query = Query::query(name, RecordType::TXT);
        let mut request = DnsRequest::from_query(query, DnsRequestOptions::default());
        request.metadata.id = id;
        request
    }

    async fn server() -> (UdpSocket, Sockets) {
        let server = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let sockets = Sockets::new(server.local_addr().unwrap());
        (server, sockets)
    }

    /// The next question and its sender.
    async fn question(server: &UdpSocket) -> (Vec<u8>, SocketAddr) {
        let mut buffer = vec![0; 512];
        let (length, client) = server.recv_from(&mut buffer).await.unwrap();
        buffer.truncate(length);
        (buffer, client)
    }

    /// Answers that there are no records.
    async fn answer(server: &UdpSocket, (mut question, client): (Vec<u8>, SocketAddr)) {
        question[2] |= 0x80;
        server.send_to(&question, client).await.unwrap();
    }

    #[track_caller]
    fn check(answer: Result<UdpAnswer, NetError>, id: u16) {
        match answer {
            Ok(UdpAnswer::Whole(response)) => assert_eq!(response.queries, request(id).queries),
            Ok(UdpAnswer::Truncated) => panic!("truncated"),
            Err(error) => panic!("{error}"),
        }
    }

    #[test]
    fn many_questions_share_few_sockets() {
        run(async {
            let (server, sockets) = server().await;
            let ids = 0..200;
            let asked = ids.clone().map(|id| {
                let sockets = &sockets;
                async move { sockets.exchange(&request(id)).await }
            });
            let answered = async {
                let mut questions = Vec::new();
                for _ in ids.clone() {
                    questions.push(question(&server).await);
                }
                let clients: HashSet<_> = questions.iter().map(|(_, client)| *client).collect();
                assert_eq!(clients.len(), 200_usize.div_ceil(MAX_QUESTIONS));
                for question in questions.into_iter().rev() {
                    answer(&server, question).await;
                }
            };
            let (answers, ()) = join(join_all(asked), answered).await;
            for (answer, id) in answers.into_iter().zip(ids) {
                check(answer, id);
            }
            assert!(sockets.newest.lock().unwrap().upgrade().is_none());
        });
    }

    #[test]
    fn the_task_that_reads_may_give_up() {
        run(async {
            let (server, sockets) = server().await;
            let (one, other) = (request(1), request(2));
            let mut first = Box::pin(sockets.exchange(&one));
            let second = sockets.exchange(&other);
            // The first asks, and begins to read.
            match select(&mut first, pin!(question(&server))).await {
                Either::Left(_) => panic!("nobody has answered"),
                Either::Right(_) => {}
            }
            let answered = async {
                let asked = question(&server).await;
                drop(first);
                answer(&server, asked).await;
            };
            let (second, ()) = join(second, answered).await;
            check(second, 2);
        });
    }

    #[test]
    fn a_closed_port_ends_all_questions() {
        run(async {
            let (server, sockets) = server().await;
            drop(server);
            let (one, other) = (request(1), request(2));
            let (first, second) = join(sockets.exchange(&one), sockets.exchange(&other)).await;
            for answer in [first, second] {
                let Err(NetError::Io(error)) = answer else {
                    panic!("an answer from nobody");
                };
                assert_eq!(error.kind(), io::ErrorKind::ConnectionRefused);
            }
        });
    }

    #[test]
    fn a_question_that_cannot_be_sent_ends_no_other() {
        run(async {
            let (server, sockets) = server().await;
            let one = request(1);
            let mut asked = sockets.ask(1, one.to_vec().unwrap()).unwrap();
            asked.send().await.unwrap();
            // No datagram has so many bytes.
            let large = sockets.ask(2, vec![0; 65_536]).unwrap();
            assert!(Arc::ptr_eq(&asked.socket, &large.socket));
            assert!(large.send().await.is_err());
            answer(&server, question(&server).await).await;
            check(asked.answer().await, 1);
        });
    }

    /// A late answer to one question is not the answer to another.
    #[test]
    fn an_id_is_not_used_twice_at_a_socket() {
        run(async {
            let (_server, sockets) = server().await;
            let one = sockets.ask(1, vec![]).unwrap();
            let other = sockets.ask(2, vec![]).unwrap();
            assert!(Arc::ptr_eq(&one.socket, &other.socket));
            drop(one);
            let again = sockets.ask(1, vec![]).unwrap();
            assert!(!Arc::ptr_eq(&again.socket, &other.socket));
        });
    }
}
