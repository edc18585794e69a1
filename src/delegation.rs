//! Selectors that a domain delegates to a provider by CNAME records (RFC 6376 §3.6.2).
//!
//! A [`Plan`] says which records there should be: from the table of providers, and from what the
//! provider gave its customer, which [`read_expected`] reads in many forms. A [`Delegation`] asks
//! the DNS what is there, at the authoritative servers as well, and its [`Report`] says of each
//! selector whether its record is set, and names the mistake if it is not.
//!
//! ```
//! use dkim_toolkit::delegation::{Given, Plan};
//! use dkim_toolkit::identifier::{DomainName, Sdid};
//! use dkim_toolkit::provider::Provider;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let domain = Sdid::parse(b"example.com")?;
//! let plan = Plan::new(domain, Provider::by_id("fastmail"), Vec::<Given>::new())?;
//! let first = &plan.aliases()[0];
//! assert_eq!(first.name(), "fm1._domainkey.example.com.");
//! let target = first.target().map(DomainName::to_ascii);
//! assert_eq!(target, Some("fm1.example.com.dkim.fmhosted.com"));
//! # Ok(())
//! # }
//! ```

mod case;
mod check;
mod customer;
mod disagree;
mod expected;
mod missing;
mod plan;
mod report;
mod scene;
mod sight;
mod single;
mod wrong;

pub use self::check::Delegation;
pub use self::expected::{ExpectedError, read_expected};
pub use self::plan::{Alias, Given, Plan, PlanError};
pub use self::report::{Found, Report, SelectorReport, ServerReport, State};

#[cfg(test)]
mod tests;
