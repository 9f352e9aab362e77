//! Whoever has stolen the authority's key, and issues to themself what they like.

use std::time::Duration;

use pairnym::{authority::*, message::*, *};

use crate::device::Device;
use crate::service::fetch_evidence;
use crate::{Result, rng};

/// A device with a credential that no registry knows.
pub fn forge(key: AuthorityKey, list: &ParameterList, now: UnixTime) -> Result<Device> {
    let authority = Authority::open(key, list.clone())?;
    let mut device = Device::new(list.clone())?;
    let values = [("age_over_18", true.into()), ("assurance", 4.into())];
    let life = Duration::from_secs(600);
    let open = authority.offer(*device.commitment(), values, life, now, &mut rng())?;
    let (request, pending) = device.accept(list.host(), &open.offer().to_bytes(), now)?;
    let request = IssuanceRequest::from_bytes(&request)?;
    let response = authority.check_issuance(&open, &request, now)?.issue_if(true)?;
    let issued = pending.finish(&response)?;
    let evidence = fetch_evidence(&authority, &device, &issued, now, |_, _| {})?;
    device.keep(issued.complete(evidence)?);
    Ok(device)
}
