//! A platform's question, at the terminal.

use std::fmt::Write as _;

use pairnym::attribute::{Condition, Value};
use pairnym::{Name, Purpose, UnixTime, Wanted};
use pairnym_transport::permission::Standing;
use pairnym_transport::wallet::CrossDevice;
use serde_json::json;

use super::Ended;
use super::terminal::Terminal;
use crate::{Asking, Coming, Decision, Failure, Network, Obstacle, Question, Wallet, texts};

/// How long the person may take at the platform's page, in calls of up to 25 seconds.
const PATIENCE: usize = 40;

pub(super) fn answer(
    terminal: &Terminal,
    wallet: &mut Wallet,
    network: &Network,
    (uri, policy): (&str, CrossDevice),
    now: UnixTime,
) -> Result<Ended, Failure> {
    let mut coming = wallet.come(network, uri, policy, now)?;
    let mut shown = None;
    for _ in 0..PATIENCE {
        let asked = match coming {
            Coming::OverAsks(report) => {
                let json = serde_json::to_value(&report).unwrap_or_default();
                let excess = report.excess.iter().map(|excess| excess.to_string());
                let excess = excess.collect::<Vec<_>>().join(", ");
                let text =
                    format!("{} {}: {excess}", report.platform, terminal.say(texts::OVER_ASKS));
                terminal.print(&json!({ "over_asking": json }), &text);
                return Ok(Ended::OverAsking);
            }
            Coming::Pairs(pairing) => {
                if shown != pairing.digits
                    && let Some(digits) = pairing.digits
                {
                    shown = Some(digits);
                    let object = json!({
                        "digits": digits.to_string(), "platform": pairing.platform(),
                    });
                    let text = format!(
                        "{} {}: {digits}",
                        terminal.say(texts::TYPE_DIGITS),
                        pairing.platform()
                    );
                    terminal.print(&object, &text);
                }
                coming = wallet.pair(network, *pairing, UnixTime::now())?;
                continue;
            }
            Coming::Asks(asked) => asked,
        };
        let decision = decide(terminal, &asked.question)?;
        let platform = asked.question.platform;
        let answered = if decision != Decision::Decline && wallet.second().is_some() {
            let mut second = super::pair::call(terminal, wallet)?;
            let (second, clock) = (&mut second, &UnixTime::now);
            wallet.decide_together(network, second, *asked, decision, clock)?
        } else {
            wallet.decide(network, *asked, decision, UnixTime::now())?
        };
        if decision == Decision::Decline {
            terminal.done(texts::DECLINED, &[("platform", platform.as_str())]);
            return Ok(Ended::Declined);
        }
        match answered.done {
            Some(done) => terminal.done(texts::ANSWERED_GO, &[("url", &done.to_string())]),
            None => terminal.done(texts::ANSWERED, &[("platform", platform.as_str())]),
        }
        return Ok(Ended::Well);
    }
    Err(Failure::Core(pairnym::Error::Expired))
}

fn decide(terminal: &Terminal, question: &Question) -> Result<Decision, Failure> {
    let object = json!({
        "platform": question.platform, "purpose": question.purpose.to_string(),
        "label": question.label, "pseudonym": question.pseudonym,
        "disclosed": question.disclosed.iter().map(|(name, _)| name).collect::<Vec<_>>(),
        "statement": question.statement, "before": question.before,
        "warning": question.standing.is_warning(),
        "obstacle": question.obstacle.map(|obstacle| texts::of_obstacle(obstacle).name),
    });
    if terminal.is_json() {
        println!("{}", json!({ "question": object }));
    }
    eprintln!("{}", shown(terminal, question));
    if let Some(obstacle) = question.obstacle {
        eprintln!("{}", terminal.say(texts::of_obstacle(obstacle)));
        if let Obstacle::Refused(error) = obstacle {
            eprintln!("({error})");
        }
        let declines = terminal.agrees(terminal.say(texts::DECLINE_IT))?;
        return if declines { Ok(Decision::Decline) } else { Err(Failure::NotConsented) };
    }
    if !terminal.agrees(terminal.say(texts::ANSWER_IT))? {
        return Ok(Decision::Decline);
    }
    if question.disclosed.is_empty() {
        return Ok(Decision::Answer);
    }
    let agrees = terminal.agrees_to_tell(&question.platform, &question.disclosed)?;
    Ok(if agrees { Decision::AnswerAndDisclose } else { Decision::Decline })
}

/// Everything that a person must see (SPEC §16.1).
fn shown(terminal: &Terminal, question: &Question) -> String {
    let mut lines = Lines::new(terminal);
    lines.add(texts::PLATFORM, question.platform.as_str());
    match &question.standing {
        Standing::Permitted(permission) => {
            let names = &permission.names;
            lines.add(texts::KNOWN_AS, if terminal.is_zh() { &names.zh } else { &names.en });
        }
        Standing::Expired(_) => lines.add(texts::WARNING, terminal.say(texts::PERMISSION_OVER)),
        Standing::Unverifiable(_) => {
            lines.add(texts::WARNING, terminal.say(texts::PERMISSION_WRONG));
        }
        Standing::Missing => lines.add(texts::WARNING, terminal.say(texts::NO_PERMISSION)),
    }
    lines.purpose(&question.purpose, question.label.as_ref(), question.wanted);
    lines.values(&question.disclosed, &question.conditions);
    lines.signed(question.statement.as_deref(), question.notice.as_ref());
    if let Some(pseudonym) = &question.pseudonym {
        lines.add(texts::PSEUDONYM, &pseudonym.to_string());
    }
    lines.add(texts::BEFORE, &question.before.to_string());
    lines.text
}

/// The same of what another device asks, which knows no registrar.
pub(super) fn asked_lines(terminal: &Terminal, asking: &Asking) -> String {
    let mut lines = Lines::new(terminal);
    lines.add(texts::PLATFORM, asking.platform.as_str());
    lines.purpose(&asking.purpose, asking.label.as_ref(), asking.wanted);
    lines.values(&asking.disclosed, &asking.conditions);
    lines.signed(asking.statement.as_deref(), asking.notice.as_ref());
    lines.add(texts::BEFORE, &asking.before.to_string());
    lines.text
}

struct Lines<'a> {
    terminal: &'a Terminal,
    text: String,
}

impl<'a> Lines<'a> {
    const fn new(terminal: &'a Terminal) -> Self {
        Self { terminal, text: String::new() }
    }

    fn add(&mut self, name: texts::Text, value: &str) {
        let _ = writeln!(self.text, "  {:<12} {value}", self.terminal.say(name));
    }

    fn purpose(&mut self, purpose: &Purpose, label: Option<&Name>, wanted: Wanted) {
        self.add(texts::PURPOSE, self.terminal.say(texts::of_purpose(purpose)));
        if let Purpose::Other(name) = purpose {
            self.add(texts::PURPOSE, name.as_str());
        }
        if let Some(label) = label {
            self.add(texts::APPLICATION, label.as_str());
        }
        self.add(texts::WANTS, self.terminal.say(texts::of_wanted(wanted)));
    }

    fn values(&mut self, disclosed: &[(Name, Value)], conditions: &[(Name, Condition)]) {
        for (name, value) in disclosed {
            self.add(texts::LEARNS, &format!("{name} = {value}"));
        }
        for (name, condition) in conditions {
            self.add(texts::CONDITION, &format!("{name} {condition}"));
        }
    }

    fn signed(&mut self, statement: Option<&str>, notice: Option<&[u8; 32]>) {
        if let Some(statement) = statement {
            self.add(texts::SIGNS, statement);
        }
        if let Some(notice) = notice {
            self.add(texts::NOTICE, &hex::encode(notice));
        }
    }
}

impl Terminal {
    fn is_zh(&self) -> bool {
        self.tongue() == texts::Tongue::Zh
    }
}
