//! The history, at the terminal.

use serde_json::json;

use super::Ended;
use super::terminal::Terminal;
use crate::{Failure, Outcome, Wallet, texts};

pub(super) fn show(
    terminal: &Terminal,
    wallet: &mut Wallet,
    erase: Option<&str>,
) -> Result<Ended, Failure> {
    if let Some(platform) = erase {
        let before = wallet.history().count();
        wallet.erase_history(|_, entry| entry.platform.as_str() == platform)?;
        let erased = before - wallet.history().count();
        terminal.done(texts::ERASED, &[("entries", &erased.to_string())]);
        return Ok(Ended::Well);
    }
    for (number, entry) in wallet.history() {
        let outcome = match &entry.outcome {
            Outcome::Refused(code) => format!("{} ({code})", terminal.say(texts::REFUSED)),
            other => terminal.say(texts::of_outcome(other)).to_owned(),
        };
        let disclosed: Vec<_> = entry.disclosed.iter().map(|name| name.as_str()).collect();
        let text = format!(
            "{number:5}  {}  {}  {}  {outcome}  {}",
            texts::local(entry.at),
            entry.platform,
            terminal.say(texts::of_purpose(&entry.purpose)),
            disclosed.join(", ")
        );
        terminal.print(&json!({ "number": number, "entry": entry }), text.trim_end());
    }
    Ok(Ended::Well)
}
