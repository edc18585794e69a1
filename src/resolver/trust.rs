//! Whom to believe: roots for TLS, and trust anchors for DNSSEC.

use super::ResolverError;

/// The certificate authorities that may vouch for servers over TLS and HTTPS: these alone, not the
/// system's.
#[derive(Clone, Debug)]
pub struct TlsRoots {
    #[cfg(feature = "tls")]
    pub(super) store: std::sync::Arc<rustls::RootCertStore>,
}

impl TlsRoots {
    /// Reads the certificates of a PEM file (RFC 7468 §5); what else is in it is passed over. `file`
    /// is its name in errors.
    ///
    /// # Errors
    ///
    /// [`ResolverError::TlsRoots`] if there is no certificate in it, or one that cannot be an
    /// authority's; [`ResolverError::WithoutTls`] without the feature `tls`.
    #[cfg(feature = "tls")]
    pub fn from_pem(file: &str, contents: &[u8]) -> Result<Self, ResolverError> {
        super::tls::read_roots(file, contents)
    }

    /// Cannot be had without the feature `tls`.
    ///
    /// # Errors
    ///
    /// [`ResolverError::WithoutTls`].
    #[cfg(not(feature = "tls"))]
    pub fn from_pem(_file: &str, _contents: &[u8]) -> Result<Self, ResolverError> {
        Err(ResolverError::WithoutTls)
    }
}

/// Keys of zones, or digests of such keys, where validation may begin (RFC 4033 §2): beside the
/// keys of the root that are built in.
///
/// A zone that has a trust anchor here is judged from that anchor on, whatever the zones above it
/// say: unsigned or not, they do not matter, and keys that do not fit the anchor are bogus. For the
/// root, these keys and the built-in ones count alike.
#[derive(Clone, Debug)]
pub struct TrustAnchors {
    #[cfg(feature = "dnssec")]
    pub(super) list: std::sync::Arc<[super::dnssec::anchors::Anchor]>,
}

impl TrustAnchors {
    /// Reads the DNSKEY and DS records of a master file, as `dig . DNSKEY` prints them and as
    /// unbound keeps them in `root.key`; other records are passed over, and so are revoked keys
    /// (RFC 5011 §2.1). `file` is the file's name in errors.
    ///
    /// # Errors
    ///
    /// [`ResolverError::Zone`] with the line at fault; [`ResolverError::NoTrustAnchor`] if there is
    /// none in it; [`ResolverError::WithoutDnssec`] without the feature `dnssec`.
    #[cfg(feature = "dnssec")]
    pub fn from_master_file(file: &str, contents: &[u8]) -> Result<Self, ResolverError> {
        super::dnssec::anchors::read(file, contents)
    }

    /// Cannot be had without the feature `dnssec`.
    ///
    /// # Errors
    ///
    /// [`ResolverError::WithoutDnssec`].
    #[cfg(not(feature = "dnssec"))]
    pub fn from_master_file(_file: &str, _contents: &[u8]) -> Result<Self, ResolverError> {
        Err(ResolverError::WithoutDnssec)
    }
}
