//! The forms in which records are published: one table.

use std::fmt;

use super::{Publication, api, code, master_file, quoted_strings, server, terraform};
use crate::coded::coded;
use crate::key_record::KeyRecordText;

/// What a form is, and how a record is printed in it.
struct Form {
    /// In a few words.
    description: &'static str,
    /// The page that says what the form has to be.
    page: &'static str,
    print: fn(&Publication) -> String,
    advice: Advice,
    limit: Limit,
    /// Whether it can say a CNAME record.
    has_aliases: bool,
}

/// What to do with what is printed, where that is not plain.
enum Advice {
    None,
    Always(fn(&Publication) -> String),
    Replacing(fn(&Publication) -> String),
}

/// A record that is pasted by hand must not get beside another.
const BY_HAND: Advice = Advice::Replacing(master_file::one_record);

/// What a form cannot hold.
pub(super) enum Limit {
    None,
    /// The times to live that are taken: in seconds, and in words.
    Ttl(fn(u32) -> bool, &'static str),
    /// The length in bytes of the longest line that is read whole.
    Line(usize),
}

/// Nothing below this is taken by several providers.
const MINUTE: Limit = Limit::Ttl(|seconds| seconds >= 60, "60 seconds or more");

impl Form {
    const fn new(
        description: &'static str,
        page: &'static str,
        print: fn(&Publication) -> String,
    ) -> Self {
        Self {
            description,
            page,
            print,
            advice: Advice::None,
            limit: Limit::None,
            has_aliases: true,
        }
    }

    const fn advice(self, advice: Advice) -> Self {
        Self { advice, ..self }
    }

    const fn limit(self, limit: Limit) -> Self {
        Self { limit, ..self }
    }

    const fn without_aliases(self) -> Self {
        Self {
            has_aliases: false,
            ..self
        }
    }
}

coded! {
    /// A form in which a record is published.
    pub enum Format: (Form) {
        /// A line of a master file (RFC 1035 §5), for BIND, NSD, Knot DNS and `PowerDNS`.
        Zone = "zone", Form::new(
            "a line for BIND, NSD, Knot DNS and PowerDNS",
            "https://www.rfc-editor.org/rfc/rfc1035.html#section-5",
            master_file::zone,
        ).advice(BY_HAND);
        /// The bare value, for forms on the web that split and quote it themselves.
        Txt = "txt", Form::new(
            "the bare value",
            "https://www.rfc-editor.org/rfc/rfc6376.html#section-3.6.2.2",
            |publication| publication.text().map(value).unwrap_or_default(),
        ).advice(BY_HAND).without_aliases();
        /// The value in quoted strings of at most 255 bytes, for forms on the web that want them.
        Quoted = "quoted", Form::new(
            "the value alone, in quoted strings",
            "https://www.rfc-editor.org/rfc/rfc1035.html#section-5.1",
            |publication| publication.text().map(quoted).unwrap_or_default(),
        ).advice(BY_HAND).without_aliases();
        /// An object of name, type, TTL, the value and its strings.
        Json = "json", Form::new(
            "name, TTL, value and its strings",
            "schema/publication.schema.json",
            api::json,
        );
        /// Commands for `nsupdate` (RFC 2136) that replace whatever TXT records the name has, and
        /// fail where it is an alias.
        Nsupdate = "nsupdate", Form::new(
            "commands for nsupdate that replace an older record",
            "https://bind9.readthedocs.io/en/stable/manpages.html#nsupdate-dynamic-dns-update-utility",
            master_file::nsupdate,
        );
        /// A line of the data file of tinydns.
        Tinydns = "tinydns", Form::new(
            "a line for tinydns-data",
            "https://cr.yp.to/djbdns/tinydns-data.html",
            server::tinydns,
        ).advice(BY_HAND);
        /// A line of the configuration of dnsmasq, which knows no TTL for such records, and no CNAME
        /// record to a name that it does not have itself.
        Dnsmasq = "dnsmasq", Form::new(
            "a line for dnsmasq.conf",
            "https://thekelleys.org.uk/dnsmasq/docs/dnsmasq-man.html",
            server::dnsmasq,
        ).advice(BY_HAND).limit(Limit::Line(server::DNSMASQ_LINE)).without_aliases();
        /// Commands of Windows Server. Its cmdlets take no text of over 255 bytes.
        WindowsDns = "windows-dns", Form::new(
            "dnscmd commands for PowerShell on Windows Server",
            "https://learn.microsoft.com/en-us/windows-server/administration/windows-commands/dnscmd",
            server::windows_dns,
        );
        /// A change batch for `aws route53 change-resource-record-sets`.
        Route53 = "route53", Form::new(
            "a change batch for aws route53 change-resource-record-sets",
            "https://docs.aws.amazon.com/cli/latest/reference/route53/change-resource-record-sets.html",
            api::route53,
        );
        /// The body of a request to Cloudflare's API.
        Cloudflare = "cloudflare", Form::new(
            "the body of POST /zones/{zone_id}/dns_records, to replace: of PATCH",
            "https://developers.cloudflare.com/api/resources/dns/subresources/records/",
            api::cloudflare,
        ).advice(Advice::Replacing(api::cloudflare_advice)).limit(Limit::Ttl(
            |seconds| matches!(seconds, 1 | 60..=86_400),
            "60 to 86400 seconds, or 1 for its own choice",
        ));
        /// The body of a request to OVH's API.
        Ovh = "ovh", Form::new(
            "the body of POST /domain/zone/ZONE/record, to replace: of PUT",
            "https://eu.api.ovh.com/console/?section=%2Fdomain",
            api::ovh,
        ).advice(Advice::Always(api::ovh_advice)).limit(MINUTE);
        /// The body of a request to the API of Hetzner Cloud.
        Hetzner = "hetzner", Form::new(
            "the body of POST /v1/zones/ZONE/rrsets, to replace: of its set_records",
            "https://docs.hetzner.cloud/reference/cloud#zone-rrsets",
            api::hetzner,
        ).advice(Advice::Always(api::hetzner_advice)).limit(MINUTE);
        /// The body of a request to Gandi's API, which replaces an older record.
        Gandi = "gandi", Form::new(
            "the body of PUT /v5/livedns/domains/ZONE/records/NAME/TXT",
            "https://api.gandi.net/docs/livedns/",
            api::gandi,
        ).advice(Advice::Always(api::gandi_advice)).limit(Limit::Ttl(
            |seconds| matches!(seconds, 300..=2_592_000),
            "300 to 2592000 seconds",
        ));
        /// The body of a request to Azure's API, which replaces an older record.
        Azure = "azure", Form::new(
            "the body of PUT …/dnsZones/ZONE/TXT/NAME",
            "https://learn.microsoft.com/en-us/rest/api/dns/record-sets/create-or-update",
            api::azure,
        ).advice(Advice::Always(api::azure_advice)).limit(Limit::Ttl(|seconds| seconds >= 1, "1 second or more"));
        /// A command for Google Cloud DNS; its zone is `$MANAGED_ZONE`.
        Gcloud = "gcloud", Form::new(
            "a gcloud command for the zone $MANAGED_ZONE",
            "https://cloud.google.com/sdk/gcloud/reference/dns/record-sets/create",
            server::gcloud,
        );
        /// An entry of a zone's YAML file, with semicolons escaped, as octoDNS has it unless
        /// `escaped_semicolons` is false.
        Octodns = "octodns", Form::new(
            "an entry of octoDNS's YAML file for the zone",
            "https://octodns.readthedocs.io/en/latest/records.html",
            code::octodns,
        ).advice(BY_HAND);
        /// A `TXT` for the `D()` of the zone in `dnsconfig.js`.
        Dnscontrol = "dnscontrol", Form::new(
            "a TXT() for the zone's D() in dnsconfig.js",
            "https://docs.dnscontrol.org/language-reference/domain-modifiers/txt",
            code::dnscontrol,
        ).advice(BY_HAND);
        /// A `DNSEndpoint` of Kubernetes. Its text is not quoted, as `DigitalOcean` has it; some
        /// other providers of `ExternalDNS` want the strings that [`Format::Quoted`] prints.
        ExternalDns = "external-dns", Form::new(
            "a DNSEndpoint for ExternalDNS in Kubernetes",
            "https://kubernetes-sigs.github.io/external-dns/latest/docs/sources/txt-record/",
            code::external_dns,
        ).advice(BY_HAND);
        /// An `aws_route53_record` of Terraform; its zone is `var.zone_id`.
        Terraform = "terraform", Form::new(
            "an aws_route53_record in the zone var.zone_id",
            "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/route53_record",
            terraform::aws,
        ).advice(BY_HAND);
        /// A `cloudflare_dns_record` of Terraform (version 5 of the provider); its zone is
        /// `var.zone_id`.
        TerraformCloudflare = "terraform-cloudflare", Form::new(
            "a cloudflare_dns_record in the zone var.zone_id",
            "https://registry.terraform.io/providers/cloudflare/cloudflare/latest/docs/resources/dns_record",
            terraform::cloudflare,
        ).advice(BY_HAND);
        /// A `google_dns_record_set` of Terraform; its zone is `var.managed_zone`.
        TerraformGoogle = "terraform-google", Form::new(
            "a google_dns_record_set in the zone var.managed_zone",
            "https://registry.terraform.io/providers/hashicorp/google/latest/docs/resources/dns_record_set",
            terraform::google,
        ).advice(BY_HAND);
        /// An `azurerm_dns_txt_record` of Terraform; its resource group is
        /// `var.resource_group_name`.
        TerraformAzurerm = "terraform-azurerm", Form::new(
            "an azurerm_dns_txt_record in the group var.resource_group_name",
            "https://registry.terraform.io/providers/hashicorp/azurerm/latest/docs/resources/dns_txt_record",
            terraform::azurerm,
        ).advice(BY_HAND);
        /// An `hcloud_zone_rrset` of Terraform.
        TerraformHetzner = "terraform-hetzner", Form::new(
            "an hcloud_zone_rrset",
            "https://registry.terraform.io/providers/hetznercloud/hcloud/latest/docs/resources/zone_rrset",
            terraform::hetzner,
        ).advice(BY_HAND);
    }
}

impl Format {
    /// What the format is, in a few words.
    #[must_use]
    pub const fn description(self) -> &'static str {
        self.columns().0.description
    }

    /// The page that the format was written from.
    #[must_use]
    pub const fn page(self) -> &'static str {
        self.columns().0.page
    }

    /// The value of a record in a format that holds nothing else, [`Format::Txt`] or
    /// [`Format::Quoted`], with a line end; `None` in any other format.
    #[must_use]
    pub fn value(self, text: &KeyRecordText) -> Option<String> {
        match self {
            Self::Txt => Some(value(text)),
            Self::Quoted => Some(quoted(text)),
            _ => None,
        }
    }

    pub(super) fn print(self, publication: &Publication) -> String {
        (self.columns().0.print)(publication)
    }

    pub(super) fn advice(self, publication: &Publication) -> Option<String> {
        match self.columns().0.advice {
            Advice::Always(advice) => Some(advice(publication)),
            Advice::Replacing(advice) => publication.replaces.then(|| advice(publication)),
            Advice::None => None,
        }
    }

    pub(super) const fn has_aliases(self) -> bool {
        self.columns().0.has_aliases
    }

    pub(super) const fn limit(self) -> Limit {
        self.columns().0.limit
    }
}

fn value(text: &KeyRecordText) -> String {
    format!("{text}\n")
}

fn quoted(text: &KeyRecordText) -> String {
    format!("{}\n", quoted_strings(text))
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
