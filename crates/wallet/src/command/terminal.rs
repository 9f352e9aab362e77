//! The terminal: questions on standard error, results on standard output.

use std::io::{self, BufRead as _, IsTerminal as _, Write as _};
use std::path::PathBuf;

use pairnym::{Name, PlatformId, attribute};
use serde_json::{Value, json};
use zeroize::Zeroizing;

use crate::texts::{self, Text, Tongue};
use crate::{Alarm, Failure, Offer, Words};

pub(super) struct Terminal {
    tongue: Tongue,
    json: bool,
    passphrase_file: Option<PathBuf>,
}

impl Terminal {
    pub(super) const fn new(tongue: Tongue, json: bool, passphrase_file: Option<PathBuf>) -> Self {
        Self { tongue, json, passphrase_file }
    }

    pub(super) const fn tongue(&self) -> Tongue {
        self.tongue
    }

    pub(super) const fn is_json(&self) -> bool {
        self.json
    }

    /// A text in the person's language.
    pub(super) const fn say(&self, text: Text) -> &'static str {
        text.in_tongue(self.tongue)
    }

    /// An object, where JSON is wanted; the text elsewhere.
    pub(super) fn print(&self, object: &Value, text: &str) {
        if self.json {
            println!("{object}");
        } else {
            println!("{text}");
        }
    }

    /// Something was done.
    pub(super) fn done(&self, text: Text, about: &[(&str, &str)]) {
        let mut object = json!({ "done": text.name });
        let mut said = self.say(text).to_owned();
        for (name, value) in about {
            object[*name] = json!(value);
            said = format!("{said} {value}");
        }
        self.print(&object, &said);
    }

    pub(super) fn warning(&self, text: Text) {
        eprintln!("{}", self.say(text));
    }

    pub(super) fn alarms(&self, alarms: &[Alarm]) {
        for alarm in alarms {
            let text = texts::of_alarm(*alarm);
            if self.json {
                println!("{}", json!({ "alarm": text.name }));
            }
            eprintln!("⚠ {}", self.say(text));
        }
    }

    pub(super) fn failure(&self, failure: &Failure) {
        if self.json {
            println!("{}", json!({ "error": failure.code(), "detail": failure.to_string() }));
        }
        let advice = self.say(texts::of_failure(failure));
        eprintln!("pairnym: {advice} ({failure})");
        if let Some(alarm) = failure.alarm() {
            self.alarms(&[alarm]);
        }
    }

    /// One line of standard input, after a question on standard error.
    pub(super) fn read(&self, question: &str) -> Result<Zeroizing<String>, Failure> {
        eprint!("{question} ");
        io::stderr().flush()?;
        let mut line = Zeroizing::new(String::with_capacity(1_024));
        io::stdin().lock().read_line(&mut line)?;
        let length = line.trim_end_matches(['\n', '\r']).len();
        line.truncate(length);
        Ok(line)
    }

    /// The same, not shown on the terminal.
    pub(super) fn read_secret(&self, question: Text) -> Result<Zeroizing<String>, Failure> {
        if !io::stdin().is_terminal() {
            return self.read(self.say(question));
        }
        let prompt = format!("{} ", self.say(question));
        Ok(Zeroizing::new(rpassword::prompt_password(prompt)?))
    }

    /// That of the wallet.
    pub(super) fn passphrase(&self) -> Result<Zeroizing<String>, Failure> {
        match &self.passphrase_file {
            Some(file) => {
                let mut text = Zeroizing::new(std::fs::read_to_string(file)?);
                let length = text.trim_end_matches(['\n', '\r']).len();
                text.truncate(length);
                Ok(text)
            }
            None => self.read_secret(texts::PASSPHRASE),
        }
    }

    /// A new one, typed twice where it is typed.
    pub(super) fn new_passphrase(&self, question: Text) -> Result<Zeroizing<String>, Failure> {
        if self.passphrase_file.is_some() {
            return self.passphrase();
        }
        loop {
            let (first, again) = (self.read_secret(question)?, self.read_secret(texts::AGAIN)?);
            if first == again && !first.is_empty() {
                return Ok(first);
            }
            if !io::stdin().is_terminal() {
                return Err(Failure::WrongPassphrase);
            }
            self.warning(texts::NOT_THE_SAME);
        }
    }

    /// The words, for the person's eyes: never as JSON.
    pub(super) fn words(&self, words: &Words) {
        eprintln!("{}", self.say(texts::WRITE_DOWN));
        for (number, word) in (1..).zip(words.iter()) {
            eprintln!("{number:3} {word}");
        }
    }

    /// Whether the person says yes.
    pub(super) fn agrees(&self, question: &str) -> Result<bool, Failure> {
        let line = self.read(&format!("{question} {}", self.say(texts::YES_OR_NO)))?;
        Ok(matches!(line.trim(), "y" | "yes" | "是" | "好"))
    }

    /// Whether the person takes the credential that is offered.
    pub(super) fn agrees_to(&self, offer: &Offer) -> bool {
        self.agrees_to_values(offer.values())
    }

    /// Whether the person takes a credential that says this.
    pub(super) fn agrees_to_values(&self, values: &[(Name, attribute::Value)]) -> bool {
        eprintln!("{}", self.say(texts::OFFERED));
        for (name, value) in values {
            eprintln!("  {name}: {value}");
        }
        self.agrees(self.say(texts::TAKE_IT)).unwrap_or(false)
    }

    /// Whether the person consents to the disclosure: its own question, with nothing answered in
    /// advance.
    pub(super) fn agrees_to_tell(
        &self,
        platform: &PlatformId,
        disclosed: &[(Name, attribute::Value)],
    ) -> Result<bool, Failure> {
        let names = disclosed.iter().map(|(name, value)| format!("{name} = {value}"));
        let names = names.collect::<Vec<_>>().join(", ");
        self.agrees(&format!("{} {platform}: {names}?", self.say(texts::TELL)))
    }
}
