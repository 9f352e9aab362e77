//! What officials send and get.

use pairnym::store::DocumentKind;
use pairnym_transport::Refusal;
use pairnym_transport::envelope::Envelope;
use serde::{Deserialize, Serialize};

use super::{Document, NotServed, Party, Presented, Turned};

/// How many documents somebody presents at most.
const DOCUMENTS: usize = 8;
/// How long a name is at most, in bytes.
const NAME: usize = 255;

#[derive(Serialize, Deserialize)]
struct ShownDocument {
    kind: String,
    number: String,
}

#[derive(Serialize, Deserialize)]
struct Shown {
    documents: Vec<ShownDocument>,
    name: String,
    born: String,
}

/// Who comes.
#[derive(Serialize, Deserialize)]
pub(super) struct Coming {
    person: Shown,
    #[serde(default)]
    guardian: Option<Shown>,
}

/// Who applies, after they were shown the notice with this hash.
#[derive(Serialize, Deserialize)]
pub(super) struct Application {
    #[serde(flatten)]
    pub(super) coming: Coming,
    pub(super) notice: String,
}

#[derive(Serialize, Deserialize)]
pub(super) struct ApplicationReply {
    /// To be typed into a device.
    pub(super) code: String,
    pub(super) expires: u64,
    pub(super) tier: String,
    /// Whether the code is for another device of somebody who is enrolled.
    pub(super) enrolled: bool,
    pub(super) demonstration: bool,
}

/// The text that a person is shown.
#[derive(Serialize, Deserialize)]
pub(super) struct NoticeReply {
    pub(super) text: String,
    pub(super) hash: String,
    pub(super) check: String,
    pub(super) demonstration: bool,
}

#[derive(Serialize, Deserialize)]
pub(super) struct Done {
    /// How many: people deleted, sessions ended, offers withdrawn.
    pub(super) count: u64,
    pub(super) demonstration: bool,
}

macro_rules! json {
    ($($type:ty),*) => {$(
        impl Envelope for $type {
            const MEDIA_TYPE: &'static str = "application/json";
        }
    )*};
}

json!(Coming, Application, ApplicationReply, NoticeReply, Done);

impl Shown {
    fn presented(&self) -> Result<Presented, Turned> {
        let name = self.name.trim();
        if name.is_empty() || name.len() > NAME || !(1..=DOCUMENTS).contains(&self.documents.len())
        {
            return Err(Refusal::Malformed.into());
        }
        let born = self.born.parse().map_err(|_| Refusal::Malformed)?;
        let document = |shown: &ShownDocument| {
            let kind = DocumentKind::from_name(&shown.kind).ok_or(NotServed::Document)?;
            Ok::<_, Turned>(Document::new(kind, &shown.number)?)
        };
        let documents = self.documents.iter().map(document).collect::<Result<_, _>>()?;
        Ok(Presented { documents, name: name.to_owned(), born })
    }
}

impl Coming {
    pub(super) fn party(&self) -> Result<Party, Turned> {
        let guardian = self.guardian.as_ref().map(Shown::presented).transpose()?;
        Ok(Party { person: self.person.presented()?, guardian })
    }
}
