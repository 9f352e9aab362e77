//! What a person is told before anything about them is processed.

use std::fmt;

use serde::Deserialize;
use sha2::{Digest, Sha256};

/// What the Personal Information Protection Law (个人信息保护法) wants a person to be told in
/// advance, clearly and in full (Article 17), of sensitive information in particular (Article 30),
/// and of those under 14 (Article 31); and who decides on an objection (rule A6). Each member is a
/// text in the language of those who read it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Notice {
    /// 个人信息处理者的名称: who processes.
    pub processor: String,
    /// 联系方式: how to reach them.
    pub contact: String,
    /// 处理目的: what for.
    pub purposes: String,
    /// 处理方式: how.
    pub methods: String,
    /// 处理的个人信息种类: which information.
    pub information: String,
    /// 保存期限: for how long.
    pub retention: String,
    /// 行使权利的方式和程序: how to see, copy, correct and delete it, and to withdraw consent.
    pub rights: String,
    /// 处理敏感个人信息的必要性以及对个人权益的影响: why sensitive information is needed, and what that
    /// means for the person.
    pub sensitive: String,
    /// 不满十四周岁未成年人个人信息的处理规则: the rules for those under 14, to whose processing a
    /// guardian consents.
    pub minors: String,
    /// 不予办理的复核: who decides on an objection to a refusal.
    pub objections: String,
}

impl Notice {
    /// Its parts with their names, in the order of the text.
    fn parts(&self) -> [(&'static str, &str); 10] {
        [
            ("个人信息处理者", &self.processor),
            ("联系方式", &self.contact),
            ("处理目的", &self.purposes),
            ("处理方式", &self.methods),
            ("个人信息种类", &self.information),
            ("保存期限", &self.retention),
            ("行使权利的方式和程序", &self.rights),
            ("处理敏感个人信息的必要性及对个人权益的影响", &self.sensitive),
            ("不满十四周岁未成年人", &self.minors),
            ("异议", &self.objections),
        ]
    }

    /// The name of the first part that says nothing.
    #[must_use]
    pub fn missing(&self) -> Option<&'static str> {
        let empty = |(_, text): &(&str, &str)| text.trim().is_empty();
        self.parts().into_iter().find(empty).map(|(name, _)| name)
    }

    /// The SHA-256 hash of the text: what a person agrees to is a text and not its name.
    #[must_use]
    pub fn hash(&self) -> [u8; 32] {
        Sha256::digest(self.to_string()).into()
    }
}

/// The text that is shown, one part a paragraph.
impl fmt::Display for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, text) in self.parts() {
            writeln!(f, "{name}：{}", text.trim())?;
        }
        Ok(())
    }
}
