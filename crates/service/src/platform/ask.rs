//! What a platform asks: questions by name, as they are configured.

use std::collections::BTreeMap;
use std::time::Duration;

use pairnym::attribute::{Condition, Value};
use pairnym::platform::Platform;
use pairnym::{Error, Name, Purpose, Request, SecureRng, UnixTime, Wanted};
use pairnym_transport::Flow;
use serde::Deserialize;

/// A question.
///
/// In a configuration:
///
/// ```
/// # let ask: pairnym_service::platform::Ask = toml::from_str(r#"
/// purpose = "registration"
/// wanted = "presentation"
/// disclose = ["age_over_18"]
/// require = { age_over_18 = true }
/// flows = ["same-device", "cross-device"]
/// return_to = "/welcome"
/// # "#)?;
/// # assert_eq!(ask.disclose.len(), 1);
/// # Ok::<_, toml::de::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ask {
    /// What for, as TRANSPORT.md §8 writes it: `registration`, `login`, `other:parking`.
    #[serde(with = "pairnym_transport::purpose")]
    pub purpose: Purpose,
    /// A presentation or a login.
    pub wanted: Kind,
    /// Of which application of the platform the 网号 shall be.
    #[serde(default)]
    pub label: Option<Name>,
    /// The attributes whose values are asked for.
    #[serde(default)]
    pub disclose: Vec<Name>,
    /// Values that they must have. A condition hides nothing.
    #[serde(default)]
    pub require: BTreeMap<Name, Exactly>,
    /// The least that integers must be.
    #[serde(default)]
    pub at_least: BTreeMap<Name, u64>,
    /// The most that integers may be.
    #[serde(default)]
    pub at_most: BTreeMap<Name, u64>,
    /// What the person signs by answering; a back end can give another one for each request.
    #[serde(default)]
    pub statement: Option<String>,
    /// How long it can be answered, in seconds: at most a day.
    #[serde(default = "five_minutes")]
    pub seconds: u64,
    /// Where the wallet may be. The flow between two devices is the one that can be phished
    /// (TRANSPORT.md §12).
    #[serde(default = "same_device")]
    pub flows: Vec<Flow>,
    /// The path at the platform's origin to which the page posts in the end: there the result is
    /// taken.
    pub return_to: String,
}

/// Which kind of answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Of a credential: the person is real, and admitted now.
    Presentation,
    /// Of a 网号 alone, which must have an account.
    Login,
}

/// A value in a configuration.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum Exactly {
    /// Of a flag.
    Flag(bool),
    /// Of an integer.
    Integer(u64),
    /// Of a text.
    Text(String),
}

impl From<&Exactly> for Value {
    fn from(exactly: &Exactly) -> Self {
        match exactly {
            Exactly::Flag(flag) => (*flag).into(),
            Exactly::Integer(integer) => (*integer).into(),
            Exactly::Text(text) => text.as_str().into(),
        }
    }
}

fn five_minutes() -> u64 {
    300
}

fn same_device() -> Vec<Flow> {
    vec![Flow::SameDevice]
}

impl Ask {
    /// A fresh request.
    ///
    /// # Errors
    /// Of the core: the question does not fit the parameter list, or the statement is no text.
    pub(super) fn build(
        &self,
        platform: &Platform,
        statement: Option<&str>,
        now: UnixTime,
        rng: &mut impl SecureRng,
    ) -> Result<Request, Error> {
        let mut request = match self.wanted {
            Kind::Presentation => platform.request(self.purpose),
            Kind::Login => platform.request_login(self.purpose),
        };
        request = request.valid_for(Duration::from_secs(self.seconds));
        if let Some(label) = self.label {
            request = request.label(label);
        }
        for name in &self.disclose {
            request = request.disclose(name.as_str());
        }
        for (name, value) in &self.require {
            request = request.require(name.as_str(), Condition::Equals(value.into()));
        }
        for (name, least) in &self.at_least {
            request = request.require(name.as_str(), Condition::AtLeast(*least));
        }
        for (name, most) in &self.at_most {
            request = request.require(name.as_str(), Condition::AtMost(*most));
        }
        if let Some(statement) = statement.or(self.statement.as_deref()) {
            request = request.statement(statement);
        }
        request.build(now, rng)
    }
}

impl From<Kind> for Wanted {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Presentation => Self::Presentation,
            Kind::Login => Self::Login,
        }
    }
}
