//! A platform's question, at the terminal.

use std::fmt::Write as _;

use pairnym::UnixTime;
use pairnym_transport::permission::Standing;
use pairnym_transport::wallet::CrossDevice;
use serde_json::json;

use super::Ended;
use super::terminal::Terminal;
use crate::{Coming, Decision, Failure, Network, Obstacle, Question, Wallet, texts};

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
        let answered = wallet.decide(network, *asked, decision, UnixTime::now())?;
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
    // Its own question, with nothing answered in advance.
    let names = question.disclosed.iter().map(|(name, value)| format!("{name} = {value}"));
    let names = names.collect::<Vec<_>>().join(", ");
    let asked = format!("{} {}: {names}?", terminal.say(texts::TELL), question.platform);
    let agrees = terminal.agrees(&asked)?;
    Ok(if agrees { Decision::AnswerAndDisclose } else { Decision::Decline })
}

/// Everything that a person must see (SPEC §16.1).
fn shown(terminal: &Terminal, question: &Question) -> String {
    let mut text = String::new();
    let mut line = |name: texts::Text, value: &str| {
        let _ = writeln!(text, "  {:<12} {value}", terminal.say(name));
    };
    line(texts::PLATFORM, question.platform.as_str());
    match &question.standing {
        Standing::Permitted(permission) => {
            let names = &permission.names;
            line(texts::KNOWN_AS, if terminal.is_zh() { &names.zh } else { &names.en });
        }
        Standing::Expired(_) => line(texts::WARNING, terminal.say(texts::PERMISSION_OVER)),
        Standing::Unverifiable(_) => line(texts::WARNING, terminal.say(texts::PERMISSION_WRONG)),
        Standing::Missing => line(texts::WARNING, terminal.say(texts::NO_PERMISSION)),
    }
    line(texts::PURPOSE, terminal.say(texts::of_purpose(&question.purpose)));
    if let pairnym::Purpose::Other(name) = &question.purpose {
        line(texts::PURPOSE, name.as_str());
    }
    if let Some(label) = &question.label {
        line(texts::APPLICATION, label.as_str());
    }
    line(texts::WANTS, terminal.say(texts::of_wanted(question.wanted)));
    for (name, value) in &question.disclosed {
        line(texts::LEARNS, &format!("{name} = {value}"));
    }
    for (name, condition) in &question.conditions {
        line(texts::CONDITION, &format!("{name} {condition}"));
    }
    if let Some(statement) = &question.statement {
        line(texts::SIGNS, statement);
    }
    if let Some(notice) = &question.notice {
        line(texts::NOTICE, &hex::encode(notice));
    }
    line(texts::PSEUDONYM, &question.pseudonym.to_string());
    line(texts::BEFORE, &question.before.to_string());
    text
}

impl Terminal {
    fn is_zh(&self) -> bool {
        self.tongue() == texts::Tongue::Zh
    }
}
