//! What the pages say.

use axum::http::{HeaderMap, header};
use pairnym_transport::Refusal;

/// One language.
pub(super) struct Texts {
    pub(super) code: &'static str,
    pub(super) title: &'static str,
    pub(super) choose: &'static str,
    pub(super) on_this_device: &'static str,
    pub(super) on_other_device: &'static str,
    pub(super) other_device_warning: &'static str,
    pub(super) open_wallet: &'static str,
    pub(super) open_wallet_words: &'static str,
    pub(super) open_otherwise: &'static str,
    pub(super) scan: &'static str,
    pub(super) scan_words: &'static str,
    pub(super) qr: &'static str,
    pub(super) copy: &'static str,
    pub(super) copied: &'static str,
    pub(super) type_digits: &'static str,
    pub(super) digits: &'static str,
    pub(super) digits_warning: &'static str,
    pub(super) wrong_digits: &'static str,
    pub(super) tries_left: &'static str,
    pub(super) send: &'static str,
    pub(super) answer_now: &'static str,
    pub(super) answered: &'static str,
    pub(super) answered_same: &'static str,
    pub(super) go_on: &'static str,
    pub(super) declined: &'static str,
    pub(super) failed: &'static str,
    pub(super) expired: &'static str,
    pub(super) redeemed: &'static str,
    pub(super) again: &'static str,
    pub(super) look_again: &'static str,
    pub(super) going_back: &'static str,
    pub(super) needs_script: &'static str,
    pub(super) no_code: &'static str,
    pub(super) camera: &'static str,
    pub(super) camera_words: &'static str,
    pub(super) refused: &'static str,
    pub(super) other_browser: &'static str,
    pub(super) busy: &'static str,
    pub(super) not_possible: &'static str,
}

const ENGLISH: Texts = Texts {
    code: "en",
    title: "Identity without a name",
    choose: "Where is your wallet?",
    on_this_device: "On this device",
    on_other_device: "On another device",
    other_device_warning: "With another device, type the digits that it shows on this page, and nowhere else. Nobody will ask you for them by telephone or in a message.",
    open_wallet: "Open the wallet",
    open_wallet_words: "Your wallet shows what is asked, and you decide. Afterwards it brings you back here.",
    open_otherwise: "If nothing happens, open it this way, or copy the link into your own browser:",
    scan: "Scan this with your wallet",
    scan_words: "It shows six digits, which you type here.",
    qr: "QR code of the address below",
    copy: "Copy",
    copied: "Copied",
    type_digits: "Type the digits that your wallet shows",
    digits: "Six digits",
    digits_warning: "Type them only if you scanned the code on this page yourself.",
    wrong_digits: "These are other digits than your wallet shows.",
    tries_left: "Tries left:",
    send: "Send",
    answer_now: "Now decide in your wallet.",
    answered: "Your wallet has answered.",
    answered_same: "Your wallet has answered. It brings you back in the browser in which you began.",
    go_on: "Continue",
    declined: "There was no answer, and nothing was disclosed.",
    failed: "The digits were wrong or too late.",
    expired: "The time is over.",
    redeemed: "This is finished.",
    again: "Begin again",
    look_again: "Look again",
    going_back: "Going back to the page where you began.",
    needs_script: "Coming back from the wallet needs scripts: the code is in a part of the address that is sent to nobody. Allow them for this page, or begin again with the wallet on another device.",
    no_code: "This address has no valid code. Begin again on the page where you wanted to go.",
    camera: "A question to your wallet",
    camera_words: "This code belongs to a page of the host below. Scan it with your wallet, not with a camera: the wallet checks who asks, and shows what is asked.",
    refused: "That did not work",
    other_browser: "You came back in another browser than the one in which you began, or its cookie is gone. Nothing is lost: begin again in this one. If somebody else sent you a link, do not go on.",
    busy: "The server is busy. Try again in a moment.",
    not_possible: "This is not possible now.",
};

const CHINESE: Texts = Texts {
    code: "zh",
    title: "不留姓名的身份核验",
    choose: "您的钱包在哪里？",
    on_this_device: "在本设备上",
    on_other_device: "在另一台设备上",
    other_device_warning: "使用另一台设备时，请只在本页面输入它显示的数字，不要在别处输入。没有人会通过电话或短信向您索要这些数字。",
    open_wallet: "打开钱包",
    open_wallet_words: "钱包会显示所询问的内容，由您决定是否同意；之后会带您回到这里。",
    open_otherwise: "如果没有反应，请用下面的方式打开，或把链接复制到您自己的浏览器中：",
    scan: "请用钱包扫描",
    scan_words: "钱包会显示六位数字，请在此输入。",
    qr: "下方网址的二维码",
    copy: "复制",
    copied: "已复制",
    type_digits: "请输入钱包显示的数字",
    digits: "六位数字",
    digits_warning: "只有您本人扫描了本页面上的二维码，才可输入。",
    wrong_digits: "与钱包显示的数字不符。",
    tries_left: "剩余次数：",
    send: "提交",
    answer_now: "现在请在钱包中作出决定。",
    answered: "钱包已作答。",
    answered_same: "钱包已作答，会带您回到最初使用的浏览器。",
    go_on: "继续",
    declined: "没有得到回答，也没有披露任何信息。",
    failed: "数字有误或已超时。",
    expired: "已超时。",
    redeemed: "已完成。",
    again: "重新开始",
    look_again: "刷新状态",
    going_back: "正在返回最初的页面。",
    needs_script: "从钱包返回时需要启用脚本：代码位于网址中不会发送给任何人的部分。请为本页面启用脚本，或改用另一台设备上的钱包重新开始。",
    no_code: "此网址中没有有效的代码。请回到您想去的页面重新开始。",
    camera: "给钱包的询问",
    camera_words: "此二维码属于以下主机的页面。请用钱包扫描，而不要用相机：钱包会核对是谁在询问，并显示询问的内容。",
    refused: "未能完成",
    other_browser: "您返回时使用的浏览器与开始时不同，或其 Cookie 已丢失。没有任何损失：请在此浏览器中重新开始。如果链接是别人发给您的，请不要继续。",
    busy: "服务器繁忙，请稍后再试。",
    not_possible: "目前无法进行。",
};

impl Texts {
    /// A refusal in words.
    pub(super) fn problem(&self, code: &str) -> &'static str {
        let is = |refusal: Refusal| code == refusal.code();
        match () {
            () if is(Refusal::WrongBrowser) || is(Refusal::WrongCode) => self.other_browser,
            () if is(Refusal::Expired) => self.expired,
            () if is(Refusal::Declined) => self.declined,
            () if is(Refusal::PairingFailed) => self.failed,
            () if is(Refusal::Replayed) => self.redeemed,
            () if is(Refusal::Full) || is(Refusal::Unavailable) || is(Refusal::TooMany) => {
                self.busy
            }
            () => self.not_possible,
        }
    }
}

/// The language that the browser prefers, of these two.
pub(super) fn of(headers: &HeaderMap) -> &'static Texts {
    let accepted = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    let mut best = (0.0, &ENGLISH);
    for range in accepted.unwrap_or_default().split(',') {
        let mut parts = range.split(';').map(str::trim);
        let tag = parts.next().unwrap_or_default().to_ascii_lowercase();
        let quality = parts.find_map(|part| part.strip_prefix("q=")?.parse::<f32>().ok());
        let language = match tag.split('-').next() {
            Some("zh") => &CHINESE,
            Some("en") => &ENGLISH,
            _ => continue,
        };
        let quality = quality.unwrap_or(1.0);
        if quality > best.0 {
            best = (quality, language);
        }
    }
    best.1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_preferred_of_two_languages() {
        for (accepted, expected) in [
            ("", "en"),
            ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),
            ("en-GB,en;q=0.9,zh;q=0.8", "en"),
            ("fr, zh;q=0.2", "zh"),
            ("en;q=0.1,zh-Hans;q=0.2", "zh"),
            ("fr", "en"),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_LANGUAGE, accepted.parse().unwrap());
            assert_eq!(of(&headers).code, expected, "{accepted}");
        }
    }
}
