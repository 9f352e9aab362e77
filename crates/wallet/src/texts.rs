//! What the wallet says, in Chinese and English: the command and the pages.

use std::str::FromStr;

use pairnym::{Purpose, UnixTime, Wanted};

use crate::{Alarm, Language, Obstacle, Outcome};

/// A language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tongue {
    Zh,
    En,
}

impl Tongue {
    /// Chinese where the environment says so.
    pub(crate) fn of_environment() -> Self {
        let variables = ["LC_ALL", "LC_MESSAGES", "LANG"];
        let set = variables.iter().filter_map(|name| std::env::var(name).ok());
        let chosen = set.into_iter().find(|value| !value.is_empty()).unwrap_or_default();
        if chosen.starts_with("zh") { Self::Zh } else { Self::En }
    }
}

impl From<Language> for Tongue {
    fn from(language: Language) -> Self {
        match language {
            Language::Chinese => Self::Zh,
            Language::English => Self::En,
        }
    }
}

impl From<Tongue> for Language {
    fn from(tongue: Tongue) -> Self {
        match tongue {
            Tongue::Zh => Self::Chinese,
            Tongue::En => Self::English,
        }
    }
}

impl FromStr for Tongue {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "zh" => Ok(Self::Zh),
            "en" => Ok(Self::En),
            _ => Err("zh or en"),
        }
    }
}

/// One text.
#[derive(Clone, Copy)]
pub(crate) struct Text {
    /// For programs.
    pub(crate) name: &'static str,
    zh: &'static str,
    en: &'static str,
}

impl Text {
    pub(crate) const fn in_tongue(self, tongue: Tongue) -> &'static str {
        match tongue {
            Tongue::Zh => self.zh,
            Tongue::En => self.en,
        }
    }
}

macro_rules! texts {
    ($($text:ident: $name:literal, $zh:literal, $en:literal;)*) => {
        $(pub(crate) const $text: Text = Text { name: $name, zh: $zh, en: $en };)*
    };
}

mod failure;

pub(crate) use failure::*;

texts! {
    PASSPHRASE: "passphrase",
        "钱包口令：",
        "Passphrase of the wallet:";
    NEW_PASSPHRASE: "new_passphrase",
        "新口令（请用一句较长的话，短口令挡不住拿到文件的人）：",
        "A new passphrase (a long one: a short one does not stop somebody who has the file):";
    FOR_THE_FILE: "file_passphrase",
        "备份文件的口令：",
        "Passphrase of the backup's file:";
    AGAIN: "again",
        "再输入一次：",
        "Once more:";
    NOT_THE_SAME: "not_the_same",
        "两次输入不一致，或口令为空。",
        "They are not the same, or empty.";
    WRITE_DOWN: "write_down",
        "请把下面 24 个词按顺序抄在纸上，妥善保管。谁拿到它们，谁就拥有您的全部网号。",
        "Write these 24 words down, in this order, on paper. Whoever has them has all your 网号s.";
    TYPE_WORDS: "type_words",
        "请输入抄下的 24 个词：",
        "Type the 24 words that you wrote down:";
    NOT_CONFIRMED: "not_confirmed",
        "尚未确认备份。申领之前请运行 pairnym confirm。",
        "Not confirmed. Run `pairnym confirm` before you enroll.";
    CONFIRMED: "confirmed",
        "备份已确认。",
        "The backup is confirmed.";
    CODE: "code",
        "只输入您在办理窗口屏幕上亲眼看到的代码。通过短信或电话收到的代码都是诈骗。",
        "Only a code that you read from the counter's screen is good. A code from a message or a call is a fraud.";
    WHOSE_CODE: "whose_code",
        "代码是给谁的？",
        "For whom is the code?";
    FOR_MYSELF: "for_myself",
        "给我自己，用于这个钱包",
        "For myself, with this wallet";
    FOR_DEVICE: "for_device",
        "给配对的设备：",
        "For the paired device";
    ITS_NUMBER: "its_number",
        "请输入前面的数字：",
        "The number before it:";
    ENROLLED: "enrolled",
        "申领完成。",
        "Enrolled.";
    NOT_DUE: "not_due",
        "现在还不需要更新。",
        "It is not time yet.";
    REFRESHED: "refreshed",
        "网证已更新，可出示次数：",
        "The credential is fresh. Presentations left:";
    OFFERED: "offered",
        "网证将包含以下内容：",
        "The credential would say:";
    TAKE_IT: "take_it",
        "内容无误，接受吗？",
        "Is that right, and do you take it?";
    YES_OR_NO: "yes_or_no",
        "[y/N]",
        "[y/N]";
    BACKED_UP: "backed_up",
        "备份文件已写入：",
        "The backup's file is written:";
    RESTORED: "restored",
        "已恢复，网号不变。请到办理窗口取得代码，再运行 pairnym enroll。",
        "Restored, with the same 网号s. Get a code at the counter, and run `pairnym enroll`.";
    OVER_ASKS: "over_asks",
        "的请求超出其获准范围，已拒绝，也没有告诉对方任何信息。超出的部分",
        "asks beyond what it may. It was refused, and told nothing. Beyond";
    TYPE_DIGITS: "type_digits",
        "请只在这个网站的页面上输入数字：",
        "Type these digits, and only at the page of";
    ANSWER_IT: "answer_it",
        "要答复吗？",
        "Do you want to answer?";
    TELL: "tell",
        "单独同意：把以下信息告诉",
        "A separate consent: do you agree to tell";
    DECLINE_IT: "decline_it",
        "要告诉对方您拒绝吗？（对方不会知道原因）",
        "Tell the platform that you decline? (It does not learn why.)";
    DECLINED: "declined",
        "已拒绝：",
        "Declined:";
    ANSWERED: "answered",
        "已答复：",
        "Answered:";
    ANSWERED_GO: "answered_go",
        "已答复。请在刚才的浏览器中打开：",
        "Answered. Open this in the browser that you came from:";
    PLATFORM: "platform",
        "平台",
        "platform";
    KNOWN_AS: "known_as",
        "名称",
        "known as";
    WARNING: "warning",
        "警告",
        "WARNING";
    PERMISSION_OVER: "permission_over",
        "登记机构的许可已过期",
        "the registrar's permission is over";
    PERMISSION_WRONG: "permission_wrong",
        "许可无法验证",
        "its permission cannot be verified";
    NO_PERMISSION: "no_permission",
        "没有登记机构的许可",
        "no registrar permits it";
    PURPOSE: "purpose",
        "用途",
        "purpose";
    APPLICATION: "application",
        "应用",
        "application";
    WANTS: "wants",
        "要求",
        "wants";
    LEARNS: "learns",
        "将得知",
        "learns";
    CONDITION: "condition",
        "条件",
        "condition";
    SIGNS: "signs",
        "您将签署",
        "you sign";
    NOTICE: "notice",
        "告知书摘要",
        "notice (hash)";
    PSEUDONYM: "pseudonym",
        "您的网号",
        "your 网号";
    BEFORE: "before",
        "此前答复次数",
        "answered before";
    REGISTRATION: "registration",
        "注册",
        "registration";
    LOGIN: "login",
        "登录",
        "login";
    REVERIFICATION: "reverification",
        "重新核验",
        "re-verification";
    GOVERNMENT: "government_service",
        "政务服务",
        "government service";
    OTHER: "other",
        "其他",
        "other";
    A_PRESENTATION: "a_presentation",
        "出示网证",
        "a presentation of your credential";
    A_LOGIN: "a_login",
        "用网号登录",
        "a login with your 网号";
    NO_CREDENTIAL: "no_credential",
        "没有可用的网证。请先运行 pairnym refresh。",
        "There is no credential for it. Run `pairnym refresh` first.";
    NO_EVIDENCE: "no_evidence",
        "出示次数已用完。请先运行 pairnym refresh。",
        "No presentations are left. Run `pairnym refresh` first.";
    IS_DENIED: "denied",
        "公共服务平台拒绝发放网证。只有您自己决定继续（pairnym refresh --go-on）后才能出示。",
        "The authority denied you a credential. Nothing is presented until you decide to go on (`pairnym refresh --go-on`).";
    CANNOT: "cannot",
        "无法答复这个请求。",
        "This request cannot be answered.";
    ERASED: "erased",
        "已删除记录条数：",
        "Entries erased:";
    SENT: "sent",
        "已发送，结果未知",
        "sent; nobody knows whether it arrived";
    OVER_ASKING: "over_asking",
        "超范围，已拒绝",
        "asked beyond, and was refused";
    REFUSED: "refused",
        "平台未接受",
        "the platform refused it";
    INVITATION: "invitation",
        "请在另一台设备上运行 pairnym pair join，并扫描或输入：",
        "Run `pairnym pair join` at the other device, and let it read or type:";
    COMPARE: "compare",
        "请与另一台设备上的数字比较：",
        "Compare with the digits at the other device:";
    ARE_SAME: "are_same",
        "两台设备上的数字相同吗？",
        "Are the digits the same at both devices?";
    PAIRED: "paired",
        "配对完成。请重新备份：pairnym backup。",
        "Paired. Make a new backup: `pairnym backup`.";
    APPLIED: "applied",
        "已取得申领凭证。请运行 pairnym pair wait，并在另一台设备上运行 pairnym enroll。",
        "The ticket is here. Run `pairnym pair wait`, and `pairnym enroll` at the other device.";
    WAITING: "waiting",
        "等待配对的设备：",
        "Waiting for the paired device at";
    CALLING: "calling",
        "正在等待配对设备上的人同意……",
        "Waiting for the consent of the person at the paired device…";
    ASKS_YOU: "asks_you",
        "请求您同意：",
        "asks for your consent:";
    ENROLL_IT: "enroll_it",
        "用您取得的凭证为这台设备申领吗？",
        "Enroll that device with the ticket that you got?";
    HAND_OVER: "hand_over",
        "移交后，那台设备不再需要您的同意，并保留同样的网号；无法收回。移交吗？",
        "Hand over? That device needs your consent no more, and keeps its 网号s. It cannot be taken back.";
    TAKEN_OVER: "taken_over",
        "已移交：这台设备今后独立使用，网号不变。请重新备份：pairnym backup。",
        "This device acts alone now, with the same 网号s. Make a new backup: `pairnym backup`.";
    TOOK_PART: "took_part",
        "已同意：",
        "Agreed, for";
    LED_WITH: "second",
        "这台设备须与之一起使用：",
        "This device acts together with";
    SECOND_OF: "ward",
        "须经这台设备同意：",
        "With this device's consent acts";
    MOVED: "moved",
        "配对设备的新地址：",
        "The paired device waits at";
    RECORD: "record",
        "仅当面向另一台设备出示。在那台设备上运行 pairnym pair recover：",
        "Only face to face. Run `pairnym pair recover` at the other device:";
    RECOVERED: "recovered",
        "配对已恢复。请当面在另一台设备上运行 pairnym pair key：",
        "The pairing is back. Face to face, run `pairnym pair key` at the other device:";
    KEY_TAKEN: "key_taken",
        "已换用配对设备的新密钥。",
        "The paired device's new key is taken.";
    FORGET_IT: "forget_it",
        "删除后，那台设备将无法再使用其网号（除非有备份）。删除吗？",
        "That device loses its 网号s by this, unless there is a backup. Forget the pairing?";
    FORGOTTEN: "forgotten",
        "配对已删除。",
        "The pairing is forgotten.";
    BYTES: "bytes",
        "字节",
        "bytes";
    HAS_BACKUP: "has_backup",
        "备份已确认",
        "the backup is confirmed";
    IS_ENROLLED: "is_enrolled",
        "已申领",
        "enrolled";
    NOT_DENIED: "not_denied",
        "网证未被拒绝",
        "no credential was denied";
    HAS_EVIDENCE: "has_evidence",
        "剩余出示次数",
        "presentations left";
    IS_FRESH: "is_fresh",
        "网证为最新",
        "the credential is fresh";
    NO_ALARM: "no_alarm",
        "参数列表与内置信息一致",
        "lists and directory agree with the pins";
    REACHES: "reaches",
        "可以连接",
        "can be reached";
    NO_REDIRECT: "no_redirect",
        "没有重定向",
        "does not redirect";
    ANSWERS_ITSELF: "answers_itself",
        "由平台程序自身应答（而非代理）",
        "the platform itself answers, not a proxy";
    HAS_PERMISSION: "has_permission",
        "附有登记机构的许可",
        "staples a registrar's permission";
    A_CLOCK: "clock",
        "时钟比上次使用时更早。请校准时间。",
        "The clock is earlier than when the wallet acted last. Set it right.";
    A_REGISTRARS: "registrars",
        "公共服务平台公布的登记机构与钱包内置的不同。请更新钱包；若已是最新，可能有人在中间作怪。",
        "The authority names other registrars than this wallet knows. Update the wallet; if it is the latest, somebody may be in between.";
    A_LIST: "list",
        "收到的参数列表与已有的矛盾。可能有人想把您与其他人区分开。请暂停使用并核实。",
        "The authority shows a list that contradicts the one known. Somebody may want to tell you from others: stop, and find out.";
    A_EVIDENCE: "evidence",
        "收到的凭据未通过验证，已丢弃。公共服务平台可能想把您与其他人区分开。",
        "Evidence did not verify and was dropped. The authority may want to tell you from others.";
    SERVES: "serves",
        "请在浏览器中打开（只能使用一次）：",
        "Open this in your browser (it works once):";
}

pub(crate) const fn of_purpose(purpose: &Purpose) -> Text {
    match purpose {
        Purpose::Registration => REGISTRATION,
        Purpose::Login => LOGIN,
        Purpose::Reverification => REVERIFICATION,
        Purpose::GovernmentService => GOVERNMENT,
        _ => OTHER,
    }
}

pub(crate) const fn of_wanted(wanted: Wanted) -> Text {
    match wanted {
        Wanted::Presentation => A_PRESENTATION,
        Wanted::Login => A_LOGIN,
    }
}

pub(crate) const fn of_obstacle(obstacle: Obstacle) -> Text {
    match obstacle {
        Obstacle::NoCredential => NO_CREDENTIAL,
        Obstacle::NoEvidence => NO_EVIDENCE,
        Obstacle::Denied => IS_DENIED,
        Obstacle::Refused(_) => CANNOT,
    }
}

pub(crate) const fn of_outcome(outcome: &Outcome) -> Text {
    match outcome {
        Outcome::Sent => SENT,
        Outcome::Answered => ANSWERED,
        Outcome::Declined => DECLINED,
        Outcome::OverAsking => OVER_ASKING,
        Outcome::Refused(_) => REFUSED,
    }
}

pub(crate) const fn of_alarm(alarm: Alarm) -> Text {
    match alarm {
        Alarm::Clock { .. } => A_CLOCK,
        Alarm::Registrars => A_REGISTRARS,
        Alarm::List => A_LIST,
        Alarm::Evidence => A_EVIDENCE,
        Alarm::Denied => IS_DENIED,
    }
}

/// By this machine's clock on the wall.
pub(crate) fn local(at: UnixTime) -> String {
    let time = i64::try_from(at.0).ok().and_then(|at| jiff::Timestamp::from_second(at).ok());
    let zone = jiff::tz::TimeZone::system();
    time.map_or_else(String::new, |time| time.to_zoned(zone).strftime("%F %T").to_string())
}
