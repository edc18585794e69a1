//! Authoritative servers, each by itself.

use super::{Run, dkim};
use crate::dns::every_server::world::{World, Zone, example, says, serves};
use crate::support::dns_server::{Answer, Behaviour, SERVFAIL};

const NAME: &str = "fm1._domainkey";
const TARGET: &str = "fm1.example.com.dkim.fmhosted.com";

fn zone(target: &str) -> Zone {
    example(&[&format!("{NAME} CNAME {target}")])
}

/// Runs a check; `None` where the system has too few addresses.
fn check(known: Zone, servers: Vec<Behaviour>, more: &[&str]) -> Option<Run> {
    let world = World::new(vec![known], servers)?;
    let resolver = world.resolver.address().to_string();
    let port = world.servers[0].address().port().to_string();
    let words = [
        "delegate",
        "-d",
        "example.com",
        "--provider",
        "fastmail",
        "-s",
        "fm1",
    ];
    let dns = [
        "--check",
        "--nameserver",
        &resolver,
        "--authoritative-port",
        &port,
    ];
    Some(dkim(
        &[&words[..], &dns, &["--dns-tries", "1"], more].concat(),
    ))
}

#[test]
fn servers_that_agree() {
    let right = zone(TARGET);
    let servers = || vec![serves(vec![zone(TARGET)]), serves(vec![zone(TARGET)])];
    let Some(run) = check(right.clone(), servers(), &["--json"]) else {
        return;
    };
    // The key is not there: the resolver knows no zone of the provider.
    let object = &run.json()[0];
    assert_eq!(object["state"], "set", "{object:#}");
    let servers_found = object["servers"].as_array().unwrap();
    assert_eq!(servers_found.len(), 2);
    assert!(servers_found.iter().all(|server| server["state"] == "set"));
    let run = check(right, servers(), &[]).unwrap();
    run.prints("servers: a.example.com and b.example.com say the same");
}

#[test]
fn servers_that_disagree() {
    let servers = |other: Zone| vec![serves(vec![zone(TARGET)]), serves(vec![other])];
    let Some(run) = check(zone(TARGET), servers(example(&[])), &["--json"]) else {
        return;
    };
    let run = run.exits(1);
    let object = &run.json()[0];
    assert_eq!(object["state"], "to-set");
    assert_eq!(object["findings"][0]["code"], "servers-disagree");
    assert_eq!(object["servers"][1]["server"], "b.example.com.");
    assert_eq!(object["servers"][1]["state"], "to-set");
    let run = check(zone(TARGET), servers(zone("www.example.net")), &[]).unwrap();
    run.exits(1)
        .prints("error: cname-wrong:")
        .prints("error: servers-disagree:")
        .prints("b.example.com (127.0.0.2): to-fix: a CNAME record to www.example.net");
}

#[test]
fn a_server_that_fails() {
    let servers = vec![serves(vec![zone(TARGET)]), says(Answer::code(SERVFAIL))];
    let Some(run) = check(zone(TARGET), servers, &["--json"]) else {
        return;
    };
    let object = &run.json()[0];
    assert_eq!(object["state"], "set");
    assert_eq!(object["servers"][1]["state"], "unknown");
}

#[test]
fn a_resolver_that_is_behind() {
    let servers = || vec![serves(vec![zone(TARGET)]), serves(vec![zone(TARGET)])];
    let Some(run) = check(example(&[]), servers(), &["--json"]) else {
        return;
    };
    assert_eq!(run.json()[0]["state"], "set");
    let run = check(example(&[]), servers(), &[]).unwrap();
    run.prints("the resolver still has no CNAME record");
}
