//! The authority's log. Its words are English, as programs read them.

use pairnym_store::Event;

use crate::page::Frame;

/// Who did it.
pub(super) fn actor(event: &Event, f: Frame) -> String {
    match &*event.actor {
        "device" => f.t("device", "手机").to_owned(),
        official => official.replacen("counter", f.t("counter", "柜台"), 1),
    }
}

/// What was done.
pub(super) fn action(event: &Event, f: Frame) -> String {
    let guardian = ", as guardian";
    let (action, with) = match event.action.strip_suffix(guardian) {
        Some(action) => (action, f.t(guardian, "（监护人）")),
        None => (&*event.action, ""),
    };
    let chinese = match action {
        "applied" => "申请",
        "identified" => "核验身份，给出代码",
        "asked to delete" => "申请注销",
        "deleted" => "注销",
        "reported a loss" => "申请挂失",
        "lost a device" => "挂失手机",
        "began a session" => "开始会话",
        "enrolled" => "申领",
        "was offered a credential" => "查看可领取的网证",
        "was issued a credential" => "领取网证",
        "opened evidence" => "领取凭据",
        "two people" => "证件分属两人",
        refused => match refused.strip_prefix("refused ") {
            Some(code) => return f.t("refused", "未予办理").to_owned() + f.colon() + code + with,
            None => refused,
        },
    };
    f.t(action, chinese).to_owned() + with
}
