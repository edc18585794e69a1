//! Key answers that are kept: what is asked, how often, and for how long it stays.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use dkim_toolkit::identifier::KeyQuery;
use dkim_toolkit::identifier::{Sdid, Selector};
use dkim_toolkit::lookup::KeyAnswer;
use dkim_toolkit::resolver::{CachingResolver, Resolver, ResolverOptions};
use tokio::task::JoinSet;
use tokio::time;

use super::super::support::dns_server::{Answer, DnsServer, NXDOMAIN, REFUSED, Reply, SERVFAIL};
use super::{Gate, LONG, NAME, block_on, in_vain, key, options, query, with};
use crate::support::still_time::{at_still_time, until};

const MINUTE: u64 = 60;
const HOUR: u64 = 3_600;
const DAY: u64 = 24 * HOUR;

fn resolver(options: &ResolverOptions) -> CachingResolver {
    CachingResolver::new(Resolver::new(options).unwrap())
}

fn at(server: &DnsServer) -> CachingResolver {
    resolver(&options(&[server.address()]))
}

/// The query for `selector` at example.com.
fn of(selector: &str) -> KeyQuery {
    let selector = Selector::parse(selector.as_bytes()).unwrap();
    KeyQuery::new(&selector, &Sdid::parse(b"example.com").unwrap()).unwrap()
}

/// Looks up all of them side by side, on tasks of their own.
fn start(resolver: &CachingResolver, queries: Vec<KeyQuery>) -> JoinSet<KeyAnswer> {
    let mut lookups = JoinSet::new();
    for query in queries {
        let resolver = resolver.clone();
        lookups.spawn(async move { resolver.lookup(&query).await });
    }
    lookups
}

/// The first record's text, or what there is instead.
fn show(answer: &KeyAnswer) -> String {
    match answer {
        KeyAnswer::Records { records, .. } => records[0].text().escape_ascii().to_string(),
        KeyAnswer::Failed(failure) => format!("{:?}", failure.kind),
        other => format!("{other:?}"),
    }
}

/// A server that answers each name with a record of that name, except for what is `silent`.
fn echo(silent: impl Fn(&str) -> bool + Send + Sync + 'static) -> DnsServer {
    DnsServer::start(move |question| {
        if silent(&question.name) {
            return Reply::Silence;
        }
        let answer = Answer::default();
        answer.txt(&question.name, &question.name).into()
    })
}

fn names(server: &DnsServer) -> BTreeSet<String> {
    let questions = server.questions().into_iter();
    questions.map(|question| question.name).collect()
}

/// One server that always answers the same; its answer is kept for so many seconds.
#[track_caller]
fn check(reply: impl Into<Reply>, kept: u64) {
    let reply = reply.into();
    let is_silence = matches!(reply, Reply::Silence);
    let server = DnsServer::start(move |_| reply.clone());
    let resolver = at(&server);
    let look_up = async || {
        let before = server.questions().len();
        let mut lookup = start(&resolver, vec![query()]);
        if is_silence {
            for tried in 1..=2 {
                until(|| server.questions().len() == before + tried).await;
                time::advance(LONG).await;
            }
        }
        lookup.join_next().await.unwrap().unwrap()
    };
    at_still_time(async {
        assert!(resolver.cached(&query()).is_none());
        let answer = look_up().await;
        let asked = server.questions().len();
        time::advance(Duration::from_millis(kept * 1000 - 1)).await;
        let cached = resolver.cached(&query()).expect("a kept answer");
        assert_eq!(show(&cached), show(&answer));
        let again = resolver.lookup(&query()).await;
        assert_eq!(show(&again), show(&answer));
        assert_eq!(server.questions().len(), asked);
        time::advance(Duration::from_millis(1)).await;
        assert!(resolver.cached(&query()).is_none());
        look_up().await;
        assert_eq!(server.questions().len(), asked * 2);
    });
}

#[test]
fn many_lookups_of_few_names() {
    let server = echo(|_| false);
    let resolver = at(&server);
    let queries = (0..1_000).map(|number| of(&format!("s{}", number % 20)));
    let queries: Vec<KeyQuery> = queries.collect();
    block_on(async {
        let answers = start(&resolver, queries.clone()).join_all().await;
        assert_eq!(answers.len(), 1_000);
        assert_eq!(server.questions().len(), 20);
        assert_eq!(names(&server).len(), 20);
    });
    // Nothing of this needs a runtime.
    for query in queries {
        let answer = resolver.cached(&query).unwrap();
        assert_eq!(show(&answer), query.name());
    }
    assert_eq!(server.questions().len(), 20);
}

#[test]
fn clones_share_what_is_kept() {
    fn for_threads<T: Clone + Send + Sync + 'static>() {}
    for_threads::<CachingResolver>();
    let server = echo(|_| false);
    let resolver = at(&server);
    let clone = resolver.clone();
    block_on(resolver.lookup(&query()));
    assert!(
        std::thread::spawn(move || clone.cached(&query()).is_some())
            .join()
            .unwrap()
    );
}

#[test]
fn records_are_kept_for_the_lowest_ttl_on_the_way() {
    check(key(), 300);
    let alias = || {
        Answer::default()
            .cname(NAME, "k.example.net")
            .txt("k.example.net", "x")
    };
    check(alias().ttls(&[40, 300]), 40);
    check(alias().ttls(&[300, 40]), 40);
    let two = Answer::default().txt(NAME, "a").txt(NAME, "b");
    check(two.ttls(&[300, 20]), 20);
}

#[test]
fn an_alias_that_is_followed_here() {
    let server = DnsServer::start(|question| {
        match question.name.as_str() {
            NAME => Answer::default()
                .dname("example.com", "example.net")
                .ttls(&[9]),
            _ => Answer::default().txt("s._domainkey.example.net", "x"),
        }
        .into()
    });
    at_still_time(async {
        let resolver = at(&server);
        resolver.lookup(&query()).await;
        time::advance(Duration::from_secs(8)).await;
        assert!(resolver.cached(&query()).is_some());
        time::advance(Duration::from_secs(1)).await;
        assert!(resolver.cached(&query()).is_none());
    });
}

#[test]
fn records_are_kept_for_a_second_at_least_and_a_day_at_most() {
    check(key().ttls(&[0]), 1);
    // No TTL at all (RFC 2181 §8).
    check(key().ttls(&[u32::MAX]), 1);
    check(key().ttls(&[i32::MAX.cast_unsigned()]), DAY);
}

/// RFC 2308 §5.
#[test]
fn denials_are_kept() {
    for denial in [Answer::code(NXDOMAIN), Answer::default()] {
        let soa = |ttl, minimum| denial.clone().soa_of("example.com", ttl, minimum);
        check(denial.clone(), MINUTE);
        check(soa(300, 900), 300);
        check(soa(900, 300), 300);
        check(soa(300, 0), 1);
        check(soa(u32::MAX, 300), 1);
        check(soa(1_000_000, 1_000_000), 3 * HOUR);
        let dangling = soa(900, 900).cname(NAME, "k.example.net");
        check(dangling.clone().ttls(&[30]), 30);
        check(dangling.ttls(&[1_000_000]), 900);
    }
}

#[test]
fn failures_are_kept_for_a_minute() {
    check(Answer::code(SERVFAIL), MINUTE);
    check(Answer::code(REFUSED), MINUTE);
    check(Answer::default().cname(NAME, NAME), MINUTE);
    check(Reply::Silence, MINUTE);
}

#[test]
fn a_name_without_answer_does_not_keep_others_waiting() {
    let server = echo(|name| name.starts_with("silent"));
    let resolver = at(&server);
    at_still_time(async {
        let mut silent = start(&resolver, vec![of("silent")]);
        until(|| server.questions().len() == 1).await;
        let others = (0..50).map(|number| of(&format!("s{number}"))).collect();
        let others = start(&resolver, others).join_all().await;
        assert_eq!(others.len(), 50);
        assert!(silent.try_join_next().is_none());
    });
}

/// Whoever asked first goes; those who wait for the same answer get it, and nobody asks again.
#[test]
fn the_first_one_who_asks_gives_up() {
    let gate = Gate::default();
    let server = DnsServer::start({
        let gate = gate.clone();
        move |_| {
            gate.wait();
            key().into()
        }
    });
    let resolver = at(&server);
    at_still_time(async {
        let first = start(&resolver, vec![query()]);
        until(|| server.questions().len() == 1).await;
        let others = start(&resolver, vec![query(); 3]);
        tokio::task::yield_now().await;
        drop(first);
        gate.open();
        for answer in others.join_all().await {
            assert_eq!(show(&answer), "v=DKIM1; p=");
        }
        assert_eq!(server.questions().len(), 1);
    });
}

#[test]
fn everybody_who_asks_gives_up() {
    let server = DnsServer::start({
        let first = AtomicBool::new(true);
        move |_| {
            if first.swap(false, Ordering::SeqCst) {
                Reply::Silence
            } else {
                key().into()
            }
        }
    });
    let resolver = at(&server);
    at_still_time(async {
        let mut lookups = start(&resolver, vec![query(); 3]);
        until(|| server.questions().len() == 1).await;
        lookups.shutdown().await;
        assert!(resolver.cached(&query()).is_none());
        let answer = resolver.lookup(&query()).await;
        assert_eq!(show(&answer), "v=DKIM1; p=");
        assert_eq!(server.questions().len(), 2);
    });
}

/// A new name is asked for before all names that wait, of which nobody answers any.
#[test]
fn silent_names_do_not_keep_a_good_one_waiting() {
    const SILENT: usize = 800;
    let server = echo(|name| name.starts_with("silent"));
    let resolver = at(&server);
    block_on(async {
        let begun = Arc::new(AtomicUsize::new(0));
        let mut silent = JoinSet::new();
        for number in 0..SILENT {
            let (resolver, begun) = (resolver.clone(), begun.clone());
            silent.spawn(async move {
                begun.fetch_add(1, Ordering::SeqCst);
                resolver.lookup(&of(&format!("silent{number}"))).await
            });
        }
        until(|| begun.load(Ordering::SeqCst) == SILENT).await;
        let answer = resolver.lookup(&of("good")).await;
        assert_eq!(show(&answer), "good._domainkey.example.com.");
        let questions = server.questions();
        let good = questions.iter().position(|it| it.name.starts_with("good"));
        assert!(good.unwrap() < SILENT, "{good:?}");
        assert!(silent.try_join_next().is_none());
    });
}

/// The timeout of a lookup begins with its question, not with the wait for a turn: the last of these
/// lookups wait longer than their timeout.
#[test]
fn the_wait_for_a_turn_is_not_part_of_the_timeout() {
    let server = echo(|_| true);
    let resolver = resolver(&with(in_vain(&[server.address()]), |options| {
        options.timeout = Duration::from_millis(50);
        options.tries = 1;
    }));
    block_on(async {
        // No more than fit into the receive buffer of a server that is slow to read.
        let queries = (0..250).map(|number| of(&format!("s{number}")));
        let answers = start(&resolver, queries.collect()).join_all().await;
        assert!(answers.iter().all(|answer| show(answer) == "Timeout"));
        until(|| names(&server).len() == 250).await;
    });
}

#[test]
fn master_files_answer_at_once() {
    let zone =
        b"s._domainkey.example.com. 5 IN TXT v=DKIM1\nx._domainkey.example.com. A 192.0.2.1\n\
        l._domainkey.example.com. CNAME l._domainkey.example.com.";
    let resolver = Resolver::from_zones([("example.zone", zone.as_slice())]).unwrap();
    let resolver = CachingResolver::new(resolver);
    for (selector, expected) in [
        ("s", "v=DKIM1"),
        ("x", "NoRecords"),
        ("y", "NoSuchName"),
        ("l", "ServFail"),
    ] {
        for _ in 0..2 {
            assert_eq!(show(&resolver.cached(&of(selector)).unwrap()), expected);
        }
        assert_eq!(show(&block_on(resolver.lookup(&of(selector)))), expected);
    }
}

/// The records are parsed once, and everybody has the same.
#[test]
fn answers_are_shared() {
    let server = echo(|_| false);
    let resolver = at(&server);
    block_on(resolver.lookup(&query()));
    let records = || match resolver.cached(&query()) {
        Some(KeyAnswer::Records { records, .. }) => records,
        other => panic!("{other:?}"),
    };
    assert!(Arc::ptr_eq(&records(), &records()));
}

/// What no key record needs is given to whoever asks, and not kept.
#[test]
fn large_answers_are_not_kept() {
    let long = "k".repeat(16_385);
    let many = (0..33).fold(Answer::default(), |answer, number| {
        answer.txt(NAME, number.to_string())
    });
    for (large, small) in [
        (
            Answer::default().txt(NAME, &long),
            Answer::default().txt(NAME, &long[1..]),
        ),
        (
            many.clone(),
            Answer {
                answers: many.answers[1..].to_vec(),
                ..many
            },
        ),
    ] {
        for (answer, is_kept) in [(large, false), (small, true)] {
            let server = DnsServer::start(move |_| answer.clone().into());
            let resolver = at(&server);
            let answer = block_on(resolver.lookup(&query()));
            assert!(matches!(answer, KeyAnswer::Records { .. }));
            assert_eq!(resolver.cached(&query()).is_some(), is_kept);
        }
    }
}

/// A server that is down costs the first lookup its share of the time, and the next ones nothing.
#[test]
fn a_silent_server_is_asked_last_for_a_while() {
    let (silent, good) = (echo(|_| true), echo(|_| false));
    let resolver = resolver(&options(&[silent.address(), good.address()]));
    at_still_time(async {
        let first = start(&resolver, vec![of("first")]);
        until(|| silent.questions().len() == 1).await;
        time::advance(LONG / 2).await;
        first.join_all().await;
        let others = (0..50).map(|number| of(&format!("s{number}"))).collect();
        start(&resolver, others).join_all().await;
        assert_eq!((silent.questions().len(), names(&good).len()), (1, 51));
        time::advance(Duration::from_secs(30)).await;
        let _last = start(&resolver, vec![of("last")]);
        until(|| silent.questions().len() == 2).await;
    });
}

/// A server that answers other questions meanwhile is not down.
#[test]
fn a_question_that_is_hard_does_not_change_the_order() {
    let (first, second) = (echo(|name| name.starts_with("hard")), echo(|_| false));
    let resolver = resolver(&options(&[first.address(), second.address()]));
    at_still_time(async {
        let hard = start(&resolver, vec![of("hard")]);
        until(|| first.questions().len() == 1).await;
        time::advance(Duration::from_secs(1)).await;
        resolver.lookup(&of("easy")).await;
        time::advance(LONG / 2).await;
        hard.join_all().await;
        resolver.lookup(&of("last")).await;
        let hard = BTreeSet::from([of("hard").name().to_owned()]);
        assert_eq!(names(&second), hard);
    });
}
