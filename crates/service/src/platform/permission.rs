//! What a registrar permits, as far as the platform can check it itself (TRANSPORT.md §8).

use std::collections::BTreeMap;

use pairnym::UnixTime;
use pairnym::platform::Platform;
use pairnym::rand_core::UnwrapErr;
use pairnym_transport::PublicKey;
use pairnym_transport::permission::SignedPermission;

use super::{Ask, Unfit};

/// Whether wallets that pin this registrar would admit every question; a statement that is over is
/// only logged, since wallets then warn.
pub(super) fn check(
    signed: &SignedPermission,
    platform: &Platform,
    asks: &BTreeMap<String, Ask>,
    now: UnixTime,
) -> Result<(), Unfit> {
    let unfit = |why: String| Unfit(format!("the permission: {why}"));
    let key = PublicKey::new(&signed.registrar).map_err(|error| unfit(error.to_string()))?;
    let permission = signed.verify(&[key]).map_err(|error| unfit(error.to_string()))?;
    for (name, ask) in asks {
        let request = ask.build(platform, None, now, &mut UnwrapErr(getrandom::SysRng));
        let request = request.map_err(|error| unfit(format!("question {name}: {error}")))?;
        let excess = permission.excess(&request).map_err(|error| unfit(error.to_string()))?;
        if let Some(excess) = excess.first() {
            return Err(unfit(format!("question {name} goes beyond it: {excess}")));
        }
    }
    if !permission.is_valid_at(now) {
        tracing::error!("the permission is over or has not begun: wallets warn");
    }
    Ok(())
}
