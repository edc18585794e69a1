//! The data of addresses, mail exchangers, name servers and zones in a master file (RFC 1035 §3.3,
//! RFC 3596 §2.1).

use hickory_proto::rr::RData;
use hickory_proto::serialize::binary::{BinDecoder, Restrict};

use super::fields::{decimal, generic, ttl};
use super::lines::Token;
use super::{Reader, ZoneFault};
use crate::lookup::{RecordData, RecordType};
use crate::resolver::response;

impl Reader<'_> {
    /// The data of a record of this type; not of TXT or CNAME.
    pub(super) fn plain(
        &self,
        record_type: RecordType,
        data: &[Token<'_>],
    ) -> Result<RecordData, ZoneFault> {
        let name = |token| Ok(self.name(token)?.to_string());
        let fault = || ZoneFault::Data(record_type);
        match (record_type, data) {
            (_, [marker, length, digits @ ..]) if marker.is(b"\\#") => {
                from_wire(record_type, &generic(length, digits)?).ok_or(ZoneFault::GenericData)
            }
            (RecordType::A, [address]) => {
                let address = text(address).and_then(|text| text.parse().ok());
                address
                    .map(RecordData::Address)
                    .filter(is_v4)
                    .ok_or_else(fault)
            }
            (RecordType::Aaaa, [address]) => {
                let address = text(address).and_then(|text| text.parse().ok());
                let address = address.map(RecordData::Address);
                address.filter(|address| !is_v4(address)).ok_or_else(fault)
            }
            (RecordType::Ns, [server]) => Ok(RecordData::Ns(name(server)?)),
            (RecordType::Mx, [preference, exchange]) => {
                let preference = decimal(preference.text).ok_or_else(fault)?;
                Ok(RecordData::Mx {
                    preference: preference.try_into().map_err(|_| fault())?,
                    exchange: name(exchange)?,
                })
            }
            (RecordType::Soa, [primary, mailbox, serial, refresh, retry, expire, minimum]) => {
                name(mailbox)?;
                let serial = decimal(serial.text).ok_or_else(fault)?;
                let times = [refresh, retry, expire, minimum].map(ttl);
                let [Some(Ok(_)), Some(Ok(_)), Some(Ok(_)), Some(Ok(minimum))] = times else {
                    return Err(fault());
                };
                Ok(RecordData::Soa {
                    primary: name(primary)?,
                    serial: serial.try_into().map_err(|_| fault())?,
                    minimum,
                })
            }
            _ => Err(fault()),
        }
    }
}

fn text<'t>(token: &Token<'t>) -> Option<&'t str> {
    std::str::from_utf8(token.text).ok()
}

fn is_v4(data: &RecordData) -> bool {
    matches!(data, RecordData::Address(address) if address.is_ipv4())
}

/// Data in the form in which it is sent.
fn from_wire(record_type: RecordType, data: &[u8]) -> Option<RecordData> {
    let length = Restrict::new(u16::try_from(data.len()).ok()?);
    let wire_type = response::wire_type(record_type);
    let data = RData::read(&mut BinDecoder::new(data), wire_type, length).ok()?;
    response::data(&data)
}
