//! What a phone's wallet keeps.

use std::collections::BTreeMap;

use pairnym::Purpose;
use pairnym_wallet::page::say_attribute;
use pairnym_wallet::{Entry, Outcome, Wallet};

use crate::page::{Frame, minute};

/// What a phone knows, which nobody else does.
pub(super) struct OfPhone {
    pub(super) backed_up: bool,
    pub(super) values: Vec<(String, String)>,
    pub(super) left: usize,
    pub(super) platforms: Vec<Place>,
    /// Whose phone it does nothing without.
    pub(super) second: Option<String>,
    /// Who does nothing without this one.
    pub(super) wards: Vec<OfWard>,
}

/// A platform that was answered.
pub(super) struct Place {
    pub(super) host: String,
    pub(super) pseudonym: String,
    pub(super) times: usize,
}

/// What a guardian's phone keeps of a child's.
pub(super) struct OfWard {
    pub(super) name: String,
    pub(super) pairing: String,
    pub(super) values: Vec<(String, String)>,
    pub(super) platforms: Vec<Place>,
    /// What it was asked, the latest first: when, and the rest in words.
    pub(super) asked: Vec<(String, String)>,
}

impl OfPhone {
    pub(super) fn of(wallet: &Wallet, f: Frame) -> Self {
        let wards: Vec<_> = wallet.wards().collect();
        let wards = wards.into_iter().map(|ward| {
            let of_ward = |entry: &&Entry| entry.ward.as_deref() == Some(&*ward.name);
            let entries = || wallet.history().map(|(_, entry)| entry).filter(of_ward);
            let values = ward.values.iter().map(|(name, value)| {
                (say_attribute(name, f.language), as_shown(value, f).to_owned())
            });
            OfWard {
                pairing: ward.pairing.to_string(),
                values: values.collect(),
                platforms: places(entries()),
                asked: entries().map(|entry| (minute(entry.at), in_words(entry, f))).collect(),
                name: ward.name.clone(),
            }
        });
        let own = wallet.history().map(|(_, entry)| entry).filter(|entry| entry.ward.is_none());
        Self {
            backed_up: wallet.is_backed_up(),
            values: f.values(&wallet.values()),
            left: wallet.stock().map_or(0, |(_, left)| left),
            platforms: places(own),
            second: wallet.second().map(str::to_owned),
            wards: wards.collect(),
        }
    }
}

fn places<'a>(entries: impl Iterator<Item = &'a Entry>) -> Vec<Place> {
    let mut places = BTreeMap::<_, Place>::new();
    for entry in entries {
        let Some(pseudonym) = entry.pseudonym else { continue };
        let (host, pseudonym) = (entry.platform.to_string(), pseudonym.to_string());
        let place = Place { host: host.clone(), pseudonym, times: 0 };
        places.entry(host).or_insert(place).times += 1;
    }
    places.into_values().collect()
}

/// The guardian's phone keeps the values as it showed them once, in English.
fn as_shown(value: &str, f: Frame) -> &str {
    match value {
        "yes" => f.t("yes", "是"),
        "no" => f.t("no", "否"),
        "absent" => f.t("(none)", "（无）"),
        other => other,
    }
}

/// What was asked, what was to be told, and what came of it.
fn in_words(entry: &Entry, f: Frame) -> String {
    let purpose = match entry.purpose {
        Purpose::Registration => f.t("registration", "注册"),
        Purpose::Login => f.t("login", "登录"),
        Purpose::GovernmentService => f.t("government service", "政务服务"),
        _ => f.t("something else", "其他"),
    };
    let outcome = match entry.outcome {
        Outcome::Answered => f.t("agreed", "同意"),
        Outcome::Declined => f.t("declined", "不同意"),
        Outcome::Sent | Outcome::OverAsking | Outcome::Refused(_) => f.t("not finished", "未完成"),
    };
    let told = entry.disclosed.iter().map(|name| say_attribute(name.as_str(), f.language));
    let told: Vec<_> = told.collect();
    let told = match &told[..] {
        [] => String::new(),
        told => f.t(", told: ", "，告知：").to_owned() + &told.join(f.t(", ", "、")),
    };
    format!("{}{}{purpose}{told}{}{outcome}", entry.platform, f.colon(), f.t("; ", "；"))
}
