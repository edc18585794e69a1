//! The JSON of `dkim delegate`: one object for each selector, its keys always there.

use dkim_toolkit::delegation::{Alias, Found, Plan, Report, SelectorReport, ServerReport};
use dkim_toolkit::lint::NameReport;
use dkim_toolkit::provider::Provider;
use serde::Serialize;

use crate::print::finding::Finding;

#[derive(Serialize)]
pub struct Selector<'a> {
    domain: &'a str,
    selector: &'a str,
    provider: Option<&'static str>,
    name: &'a str,
    target: Option<String>,
    /// `null` where nothing was asked.
    state: Option<&'static str>,
    found: Option<FoundJson<'a>>,
    servers: Vec<Server<'a>>,
    key: Option<Key<'a>>,
    findings: Vec<Finding<'a>>,
}

#[derive(Serialize)]
struct FoundJson<'a> {
    r#type: &'static str,
    value: &'a str,
}

#[derive(Serialize)]
struct Server<'a> {
    server: &'a str,
    address: Option<String>,
    state: &'static str,
    detail: &'a str,
}

#[derive(Serialize)]
struct Key<'a> {
    status: &'static str,
    detail: &'a str,
    r#type: Option<&'static str>,
    bits: Option<usize>,
}

impl<'a> Selector<'a> {
    /// A record that there should be.
    pub fn planned(plan: &'a Plan, alias: &'a Alias) -> Self {
        Self {
            domain: plan.domain().to_ascii(),
            selector: alias.selector().to_ascii(),
            provider: plan.provider().map(Provider::id),
            name: alias.name(),
            target: alias
                .target()
                .map(|target| format!("{}.", target.to_ascii())),
            state: None,
            found: None,
            servers: Vec::new(),
            key: None,
            findings: Vec::new(),
        }
    }

    /// What is there.
    pub fn found(report: &'a Report, selector: &'a SelectorReport) -> Self {
        Self {
            domain: report.domain.to_ascii(),
            selector: selector.selector.to_ascii(),
            provider: report.provider.map(Provider::id),
            name: &selector.name,
            target: selector.target.clone(),
            state: Some(selector.state.name()),
            found: selector.found.as_ref().map(FoundJson::new),
            servers: selector.servers.iter().map(Server::new).collect(),
            key: selector.key.as_ref().map(Key::new),
            findings: selector.findings.iter().map(Finding::new).collect(),
        }
    }
}

impl<'a> FoundJson<'a> {
    fn new(found: &'a Found) -> Self {
        Self {
            r#type: found.record_type.name(),
            value: &found.value,
        }
    }
}

impl<'a> Server<'a> {
    fn new(report: &'a ServerReport) -> Self {
        Self {
            server: &report.server,
            address: report.address.map(|address| address.ip().to_string()),
            state: report.state.name(),
            detail: &report.detail,
        }
    }
}

impl<'a> Key<'a> {
    fn new(report: &'a NameReport) -> Self {
        let key = report.records.iter().find_map(|record| record.key.as_ref());
        Self {
            status: report.status.name(),
            detail: &report.detail,
            r#type: key.map(|key| key.key_type().name()),
            bits: key.map(dkim_toolkit::key::PublicKey::bits),
        }
    }
}
