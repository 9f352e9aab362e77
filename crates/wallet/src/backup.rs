//! Backups: 24 words for the secret, and a file for the rest. Never credentials or evidence: what
//! was shown after the backup was made would be shown again.

use std::fmt;
use std::io::{Read as _, Write as _};
use std::str::FromStr;

use age::secrecy::SecretString;
use bip39::Mnemonic;
use pairnym::holder::MasterSecret;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::parts::Secret;
use crate::{Entry, Failure, Pins};

/// Of the file: 1 had no pairings.
const VERSION: u32 = 2;

/// The language of a backup's words, and of what people are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// English.
    English,
    /// Chinese, in simplified characters.
    Chinese,
}

impl From<Language> for bip39::Language {
    fn from(language: Language) -> Self {
        match language {
            Language::English => Self::English,
            Language::Chinese => Self::SimplifiedChinese,
        }
    }
}

/// The master secret as 24 words (BIP 39). Whoever has them has the person's 网号s.
pub struct Words(Mnemonic);

impl Words {
    pub(crate) fn of(master: &MasterSecret, language: Language) -> Result<Self, Failure> {
        let words = Mnemonic::from_entropy_in(language.into(), &master.export()[..]);
        words.map(Self).map_err(|_| Failure::BadBackup)
    }

    pub(crate) fn master(&self) -> Result<MasterSecret, Failure> {
        let entropy = Zeroizing::new(self.0.to_entropy());
        let mut bytes = Zeroizing::new([0; 32]);
        if entropy.len() != bytes.len() {
            return Err(Failure::BadBackup);
        }
        bytes.copy_from_slice(&entropy);
        Ok(MasterSecret::import(*bytes))
    }

    /// The words, in their order, to be written down.
    pub fn iter(&self) -> impl Iterator<Item = &'static str> + '_ {
        self.0.words()
    }
}

impl fmt::Debug for Words {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Words(..)")
    }
}

impl FromStr for Words {
    type Err = Failure;

    /// 24 words of either language, between spaces; Chinese ones also without.
    fn from_str(text: &str) -> Result<Self, Failure> {
        let spaced = Zeroizing::new(if text.chars().any(is_han) {
            let characters = text.chars().filter(|c| !c.is_whitespace());
            characters.flat_map(|character| [character, ' ']).collect::<String>()
        } else {
            text.to_lowercase()
        });
        let words = Mnemonic::parse(spaced.trim()).map_err(|_| Failure::BadBackup)?;
        let known = matches!(
            words.language(),
            bip39::Language::English | bip39::Language::SimplifiedChinese
        );
        if known && words.word_count() == 24 { Ok(Self(words)) } else { Err(Failure::BadBackup) }
    }
}

fn is_han(character: char) -> bool {
    ('\u{4e00}'..='\u{9fff}').contains(&character)
}

/// What the file holds, encrypted to a passphrase by age.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Rest {
    version: u32,
    pub(crate) pins: Pins,
    pub(crate) history: Vec<Entry>,
    /// Pairings, as the vault keeps them; since version 2.
    #[serde(default)]
    pub(crate) pairs: Secret,
}

impl Rest {
    pub(crate) const fn new(pins: Pins, history: Vec<Entry>, pairs: Secret) -> Self {
        Self { version: VERSION, pins, history, pairs }
    }

    pub(crate) fn encrypt(&self, passphrase: &Zeroizing<String>) -> Result<Vec<u8>, Failure> {
        let mut plain = Secret::default();
        serde_json::to_writer(&mut *plain, self).map_err(|_| Failure::BadBackup)?;
        let passphrase = SecretString::from(passphrase.as_str());
        let mut encrypted = Vec::new();
        let encryptor = age::Encryptor::with_user_passphrase(passphrase);
        let mut writer = encryptor.wrap_output(&mut encrypted)?;
        writer.write_all(&plain)?;
        writer.finish()?;
        Ok(encrypted)
    }

    pub(crate) fn decrypt(bytes: &[u8], passphrase: &Zeroizing<String>) -> Result<Self, Failure> {
        let decryptor = age::Decryptor::new(bytes).map_err(|_| Failure::BadBackup)?;
        let identity = age::scrypt::Identity::new(SecretString::from(passphrase.as_str()));
        let identities = [&identity as &dyn age::Identity];
        let reader = decryptor.decrypt(identities.into_iter());
        let mut reader = reader.map_err(|error| match error {
            age::DecryptError::DecryptionFailed | age::DecryptError::NoMatchingKeys => {
                Failure::WrongPassphrase
            }
            _ => Failure::BadBackup,
        })?;
        let mut plain = Secret::default();
        reader.read_to_end(&mut plain).map_err(|_| Failure::BadBackup)?;
        let rest: Self = serde_json::from_slice(&plain).map_err(|_| Failure::BadBackup)?;
        if rest.version > VERSION { Err(Failure::Newer) } else { Ok(rest) }
    }
}
