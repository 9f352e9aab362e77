//! What is wrong, and what to do about it.

use pairnym::UnixTime;
use pairnym_transport::permission::SignedPermission;
use pairnym_transport::wallet::{HttpRequest, WalletError};
use pairnym_transport::{Handle, Host, RequestUri};
use serde_json::json;

use super::Ended;
use super::terminal::Terminal;
use crate::{Due, Failure, Http as _, Network, Wallet, rng, texts};

struct Findings<'a> {
    terminal: &'a Terminal,
    bad: bool,
}

impl Findings<'_> {
    fn note(&mut self, good: bool, text: texts::Text, detail: &str) {
        self.bad |= !good;
        let mark = if good { "✓" } else { "✗" };
        let object = json!({ "check": text.name, "good": good, "detail": detail });
        let said = format!("{mark} {} {detail}", self.terminal.say(text));
        self.terminal.print(&object, said.trim_end());
    }

    const fn ended(&self) -> Ended {
        if self.bad { Ended::Failed } else { Ended::Well }
    }
}

/// The wallet itself, and its authority.
pub(super) fn wallet(
    terminal: &Terminal,
    wallet: &mut Wallet,
    network: &Network,
    now: UnixTime,
) -> Result<Ended, Failure> {
    let mut findings = Findings { terminal, bad: false };
    findings.note(wallet.is_backed_up(), texts::HAS_BACKUP, "");
    findings.note(wallet.is_enrolled(), texts::IS_ENROLLED, wallet.pins().authority.as_str());
    findings.note(!wallet.is_denied(), texts::NOT_DENIED, "");
    let left = wallet.stock().map_or(0, |(_, left)| left);
    findings.note(left > 0, texts::HAS_EVIDENCE, &left.to_string());
    findings.note(wallet.due(now)? != Due::Now, texts::IS_FRESH, "");
    match wallet.follow_lists(network, now) {
        Ok(alarms) => {
            findings.note(alarms.is_empty(), texts::NO_ALARM, "");
            terminal.alarms(&alarms);
        }
        Err(failure) => findings.note(false, texts::REACHES, &failure.to_string()),
    }
    Ok(findings.ended())
}

/// A platform, from outside: what proxies get wrong (TRANSPORT.md §12).
pub(super) fn platform(
    terminal: &Terminal,
    network: &Network,
    host: &str,
) -> Result<Ended, Failure> {
    let host: Host = host.parse().map_err(WalletError::from)?;
    let mut findings = Findings { terminal, bad: false };
    // Nobody has this handle: the platform itself must say so, in its own way.
    let uri = RequestUri::new(host, Handle::generate(&mut rng())).to_string();
    let call = HttpRequest::get::<pairnym_transport::envelope::Question>(uri);
    match network.call(&call) {
        Err(_) => findings.note(false, texts::REACHES, &host.to_string()),
        Ok(response) => {
            findings.note(true, texts::REACHES, &host.to_string());
            let redirects = (300..400).contains(&response.status);
            findings.note(!redirects, texts::NO_REDIRECT, &response.location);
            let read = response.as_http().read::<pairnym_transport::envelope::Question>(200);
            let own = matches!(&read, Err(WalletError::Problem(p)) if p.code == "unknown_request");
            findings.note(own, texts::ANSWERS_ITSELF, &response.status.to_string());
        }
    }
    let url = format!("{}/.well-known/pairnym/registration", host.origin());
    let registration = network.call(&HttpRequest::get::<SignedPermission>(url));
    let permitted = registration.is_ok_and(|r| r.as_http().read::<SignedPermission>(200).is_ok());
    findings.note(permitted, texts::HAS_PERMISSION, "");
    Ok(findings.ended())
}
