//! Two devices that act as one, at the terminal.

use std::net::TcpListener;
use std::time::Duration;

use clap::Subcommand;
use pairnym::UnixTime;
use pairnym::shared::{PairingCode, PairingId};
use serde_json::{Value, json};

use super::answer::asked_lines;
use super::terminal::Terminal;
use super::{Ended, qr};
use crate::wallet::{About, Ask, Attended, invited_to};
use crate::{Channel, Decision, Failure, Network, Offline, TcpChannel, Wallet, texts};

/// Where the second device waits unless it is told otherwise: at this machine only.
const HERE: &str = "127.0.0.1:7411";

#[derive(Subcommand)]
pub(super) enum Pair {
    /// Invites the other device, as its second: a guardian's, or a person's other one.
    Invite {
        /// Where to wait for it, an address of this device and a port.
        #[arg(long, value_name = "ADDRESS", default_value = HERE)]
        listen: String,
        /// What you call the other device.
        #[arg(long, default_value = "ward")]
        name: String,
        /// Shows no QR code.
        #[arg(long)]
        no_qr: bool,
    },
    /// Answers an invitation: this wallet, a new one, does nothing without the other from then on.
    Join {
        /// The invitation.
        invitation: String,
        /// What you call the other device.
        #[arg(long, default_value = "second")]
        name: String,
    },
    /// Applies for the other device with the code from the counter's screen.
    Apply {
        /// Twelve letters and digits.
        code: String,
        /// For which device.
        #[arg(long, value_name = "NAME")]
        ward: Option<String>,
    },
    /// Waits for what the other device asks, and asks you.
    Wait {
        /// Where.
        #[arg(long, value_name = "ADDRESS", default_value = HERE)]
        listen: String,
        /// Ends after one call.
        #[arg(long)]
        once: bool,
    },
    /// Shows the pairings.
    List,
    /// The second device waits at another address from now on.
    Move {
        /// The address, with a port.
        address: String,
    },
    /// Shows what a second device needs that has lost everything but its 24 words.
    Record {
        /// Shows no QR code.
        #[arg(long)]
        no_qr: bool,
    },
    /// Makes this wallet, restored from its words, the second again.
    Recover {
        /// The record that the other device shows.
        record: String,
        /// What you call the other device.
        #[arg(long, default_value = "ward")]
        name: String,
    },
    /// Takes the key that the second device shows after it was recovered.
    Key {
        /// 64 digits.
        key: String,
    },
    /// Asks the second device to hand over, with its person's consent: this one acts alone then.
    TakeOver,
    /// Forgets a pairing as second.
    Forget {
        /// Which device.
        ward: Option<String>,
    },
}

impl Pair {
    pub(super) fn run(
        self,
        terminal: &Terminal,
        wallet: &mut Wallet,
        network: &Network,
        now: UnixTime,
    ) -> Result<Ended, Failure> {
        match self {
            Self::Invite { listen, name, no_qr } => {
                return invite(terminal, wallet, (&listen, &name), !no_qr);
            }
            Self::Join { invitation, name } => return join(terminal, wallet, &invitation, &name),
            Self::Wait { listen, once } => {
                return wait(terminal, wallet, network, (&listen, once));
            }
            Self::Apply { code, ward } => {
                let pairing = find(wallet, ward.as_deref())?;
                let code = code.parse().map_err(|_| Failure::BadCode)?;
                terminal.warning(texts::CODE);
                wallet.apply(network, &pairing, code, now)?;
                terminal.done(texts::APPLIED, &[]);
            }
            Self::List => {
                if let (Some(name), Some(address)) = (wallet.second(), wallet.second_address()) {
                    let text = format!("{} {name} {address}", terminal.say(texts::LED_WITH));
                    terminal.print(&json!({ "second": name, "address": address }), &text);
                }
                for ward in wallet.wards() {
                    let pairing = ward.pairing.to_string();
                    let text =
                        format!("{} {} {pairing}", terminal.say(texts::SECOND_OF), ward.name);
                    let object = json!({ "ward": ward.name, "pairing": pairing });
                    terminal.print(&object, &text);
                }
            }
            Self::Move { address } => {
                wallet.move_second(&address)?;
                terminal.done(texts::MOVED, &[("address", &address)]);
            }
            Self::Record { no_qr } => {
                let record = wallet.record()?;
                show(terminal, texts::RECORD, &record, !no_qr);
            }
            Self::Recover { record, name } => {
                let key = wallet.recover_ward(&record, &name)?;
                terminal.done(texts::RECOVERED, &[("key", &key)]);
            }
            Self::Key { key } => {
                wallet.accept_key(&key)?;
                terminal.done(texts::KEY_TAKEN, &[]);
            }
            Self::TakeOver => {
                let mut second = call(terminal, wallet)?;
                wallet.take_over(&mut second)?;
                terminal.done(texts::TAKEN_OVER, &[]);
            }
            Self::Forget { ward } => {
                let pairing = find(wallet, ward.as_deref())?;
                if !terminal.agrees(terminal.say(texts::FORGET_IT))? {
                    return Ok(Ended::Declined);
                }
                wallet.forget_ward(&pairing)?;
                terminal.done(texts::FORGOTTEN, &[]);
            }
        }
        Ok(Ended::Well)
    }
}

/// The device with this name; the only one without a name.
fn find(wallet: &Wallet, name: Option<&str>) -> Result<PairingId, Failure> {
    let mut wards = wallet.wards().filter(|ward| name.is_none_or(|name| ward.name == name));
    match (wards.next(), wards.next()) {
        (Some(ward), None) => Ok(ward.pairing),
        _ => Err(Failure::NotPaired),
    }
}

/// A channel to the second of this wallet.
pub(super) fn call(terminal: &Terminal, wallet: &Wallet) -> Result<TcpChannel, Failure> {
    let address = wallet.second_address().ok_or(Failure::NotPaired)?;
    terminal.warning(texts::CALLING);
    Ok(TcpChannel::connect(address)?)
}

/// A text for the other device's camera, or to be copied.
fn show(terminal: &Terminal, about: texts::Text, text: &str, qr: bool) {
    eprintln!("{}", terminal.say(about));
    if let Some(code) = qr.then(|| qr::code(text)).flatten() {
        eprintln!("{code}");
    }
    terminal.print(&json!({ about.name: text }), text);
}

/// Whether both persons see the same digits.
fn compare(terminal: &Terminal, code: PairingCode) -> Result<bool, Failure> {
    if terminal.is_json() {
        println!("{}", json!({ "compare": code.to_string() }));
    }
    eprintln!("{} {code}", terminal.say(texts::COMPARE));
    terminal.agrees(terminal.say(texts::ARE_SAME))
}

fn listen(address: &str) -> Result<(TcpListener, String), Failure> {
    let bound = TcpListener::bind(address);
    let listener = bound.map_err(|_| Failure::Listen(address.to_owned()))?;
    let address = listener.local_addr()?.to_string();
    Ok((listener, address))
}

/// The next connection that holds.
fn accept(listener: &TcpListener) -> TcpChannel {
    loop {
        let accepted = listener.accept().map_err(|_| Offline);
        match accepted.and_then(|(stream, _)| TcpChannel::new(stream)) {
            Ok(channel) => return channel,
            // Out of file descriptors, say: that passes.
            Err(Offline) => std::thread::sleep(Duration::from_millis(100)),
        }
    }
}

fn invite(
    terminal: &Terminal,
    wallet: &mut Wallet,
    (address, name): (&str, &str),
    qr: bool,
) -> Result<Ended, Failure> {
    let (listener, address) = listen(address)?;
    let mut inviting = wallet.invite(&address)?;
    show(terminal, texts::INVITATION, inviting.text(), qr);
    // Only an answer uses up the invitation, whatever else calls.
    let mut channel: Box<dyn Channel>;
    let meeting = loop {
        channel = Box::new(accept(&listener));
        let used_up = inviting.is_used_up();
        match inviting.meet(&mut *channel) {
            Ok(meeting) => break meeting,
            Err(failure) if used_up => return Err(failure),
            Err(_) => {}
        }
    };
    if !compare(terminal, meeting.code())? {
        meeting.differ();
        return Err(Failure::CodesDiffer);
    }
    let pairing = wallet.confirm_ward(meeting, name)?;
    terminal.done(texts::PAIRED, &[("pairing", &pairing.to_string())]);
    Ok(Ended::Well)
}

fn join(
    terminal: &Terminal,
    wallet: &mut Wallet,
    invitation: &str,
    name: &str,
) -> Result<Ended, Failure> {
    let mut channel = TcpChannel::connect(invited_to(invitation)?)?;
    let meeting = wallet.join(&mut channel, invitation)?;
    if !compare(terminal, meeting.code())? {
        meeting.differ();
        return Err(Failure::CodesDiffer);
    }
    wallet.confirm_second(meeting, name)?;
    terminal.done(texts::PAIRED, &[]);
    Ok(Ended::Well)
}

fn wait(
    terminal: &Terminal,
    wallet: &mut Wallet,
    network: &Network,
    (address, once): (&str, bool),
) -> Result<Ended, Failure> {
    let (listener, address) = listen(address)?;
    terminal.done(texts::WAITING, &[("address", &address)]);
    loop {
        let mut channel = accept(&listener);
        let mut person = |ask: &Ask| decide(terminal, ask).unwrap_or(Decision::Decline);
        let attended = wallet.attend(network, &mut channel, &mut person, &UnixTime::now);
        let ended = match &attended {
            Ok(Attended::TookPart { ward }) => {
                terminal.done(texts::TOOK_PART, &[("ward", ward)]);
                Ended::Well
            }
            Ok(Attended::Declined { ward }) => {
                terminal.done(texts::DECLINED, &[("ward", ward)]);
                Ended::Declined
            }
            Err(_) => Ended::Failed,
        };
        match attended {
            Err(failure) if once => return Err(failure),
            // A full disk does not get better by waiting.
            Err(failure @ Failure::Disk(_)) => return Err(failure),
            Err(failure) => terminal.failure(&failure),
            Ok(_) if once => return Ok(ended),
            Ok(_) => {}
        }
    }
}

fn decide(terminal: &Terminal, ask: &Ask) -> Result<Decision, Failure> {
    let values = |values: &[(pairnym::Name, pairnym::attribute::Value)]| -> Value {
        values
            .iter()
            .map(|(name, value)| json!({ "name": name, "value": value.to_string() }))
            .collect()
    };
    let object = match &ask.about {
        About::Enrollment => json!({ "ward": ask.ward, "act": "enrollment" }),
        About::HandOver => json!({ "ward": ask.ward, "act": "hand_over" }),
        About::Credential { values: said, is_new } => json!({
            "ward": ask.ward, "act": "credential", "values": values(said), "is_new": is_new,
        }),
        About::Answer(asking) => json!({
            "ward": ask.ward, "act": "answer", "platform": asking.platform,
            "purpose": asking.purpose.to_string(), "label": asking.label,
            "disclosed": values(&asking.disclosed), "statement": asking.statement,
            "before": asking.before,
        }),
    };
    if terminal.is_json() {
        println!("{}", json!({ "asks": object }));
    }
    eprintln!("{} {}", ask.ward, terminal.say(texts::ASKS_YOU));
    let agrees = match &ask.about {
        About::Enrollment => terminal.agrees(terminal.say(texts::ENROLL_IT))?,
        About::HandOver => terminal.agrees(terminal.say(texts::HAND_OVER))?,
        // The person has consented to just this before.
        About::Credential { is_new: false, .. } => true,
        About::Credential { values, .. } => terminal.agrees_to_values(values),
        About::Answer(asking) => {
            eprintln!("{}", asked_lines(terminal, asking));
            terminal.agrees(terminal.say(texts::ANSWER_IT))?
        }
    };
    let disclosed = match &ask.about {
        About::Answer(asking) if agrees => Some(asking).filter(|asked| !asked.disclosed.is_empty()),
        _ => None,
    };
    let Some(asking) = disclosed else {
        return Ok(if agrees { Decision::Answer } else { Decision::Decline });
    };
    let agrees = terminal.agrees_to_tell(&asking.platform, &asking.disclosed)?;
    Ok(if agrees { Decision::AnswerAndDisclose } else { Decision::Decline })
}
