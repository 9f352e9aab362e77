//! Enrollment at the terminal.

use pairnym::UnixTime;
use pairnym::shared::PairingId;

use super::terminal::Terminal;
use super::{Ended, pair};
use crate::{Failure, Network, Wallet, texts};

/// With a code, unless it goes on where it stopped; `own` says that the code is not a ward's.
pub(super) fn enroll(
    terminal: &Terminal,
    wallet: &mut Wallet,
    network: &Network,
    (code, own): (Option<&str>, bool),
    now: UnixTime,
) -> Result<Ended, Failure> {
    match code {
        Some(code) => {
            let code = code.parse().map_err(|_| Failure::BadCode)?;
            terminal.warning(texts::CODE);
            let ward = if own { None } else { ask_whose(terminal, wallet)? };
            if let Some(pairing) = ward {
                wallet.apply(network, &pairing, code, now)?;
                terminal.done(texts::APPLIED, &[]);
                return Ok(Ended::Well);
            }
            wallet.enroll(network, code, now)?;
        }
        None if wallet.second().is_some() && !wallet.is_enrolled() => {
            let mut second = pair::call(terminal, wallet)?;
            wallet.enroll_together(&mut second)?;
        }
        None => wallet.enroll_again(network)?,
    }
    terminal.done(texts::ENROLLED, &[]);
    Ok(Ended::Well)
}

/// The ward that the code is for, if it is for one. A code does not say whose it is, and with a
/// ward's the person's own commitment would become the ward's: so nothing is taken for an answer
/// but one of the numbers, and a program says it by its arguments.
fn ask_whose(terminal: &Terminal, wallet: &Wallet) -> Result<Option<PairingId>, Failure> {
    let wards: Vec<_> = wallet.wards().collect();
    if wards.is_empty() {
        return Ok(None);
    }
    if terminal.is_json() {
        return Err(Failure::WhoseCode);
    }
    eprintln!("{}", terminal.say(texts::WHOSE_CODE));
    eprintln!("  1  {}", terminal.say(texts::FOR_MYSELF));
    for (number, ward) in (2..).zip(&wards) {
        eprintln!("  {number}  {} {}", terminal.say(texts::FOR_DEVICE), ward.label(&wards));
    }
    let line = terminal.read(terminal.say(texts::ITS_NUMBER))?;
    match line.trim().parse::<usize>() {
        Ok(1) => Some(None),
        Ok(number @ 2..) => wards.get(number - 2).map(|ward| Some(ward.pairing)),
        _ => None,
    }
    .ok_or(Failure::WhoseCode)
}
