//! How things are said: trouble, obstacles, alarms, lists of attributes.

use pairnym::attribute::{Condition, Value};
use pairnym::{Error, Name};
use pairnym_transport::Refusal;
use pairnym_transport::permission::Excess;
use pairnym_transport::wallet::WalletError;

use super::html::Scene;
use super::{Trouble, say_attribute, say_value, texts};
use crate::texts::{self as shared, Tongue};
use crate::{Alarm, Failure, Language, Obstacle};

/// Of one language or the other.
const fn either(tongue: Tongue, zh: &'static str, en: &'static str) -> &'static str {
    match tongue {
        Tongue::Zh => zh,
        Tongue::En => en,
    }
}

/// What is wrong, and what to do about it here.
pub(super) fn of_trouble(trouble: &Trouble, scene: &Scene) -> &'static str {
    let say = |zh, en| either(scene.tongue, zh, en);
    match trouble {
        Trouble::Failed(failure) => say_failure(failure, scene.language()),
        Trouble::Closed => scene.t.unlock,
        Trouble::Attends(_) => scene.say(shared::ASKS_YOU),
        Trouble::Host => say(
            "这个地址不是钱包的地址。请使用钱包自己的地址。",
            "This is not the wallet's address. Use its own.",
        ),
        Trouble::Origin => say(
            "这个操作不是从钱包页面发起的，什么也没有做。请在钱包页面上重试。",
            "This did not come from a page of the wallet, and nothing was done. Do it again at the wallet's own page.",
        ),
        Trouble::Outside => scene.t.door_words,
        Trouble::NotFound => {
            say("没有这个页面。请回到钱包首页。", "There is no such page. Go back to the wallet.")
        }
        Trouble::Method => say(
            "这个页面不能这样打开。请回到钱包首页。",
            "This page cannot be called like that. Go back to the wallet.",
        ),
        Trouble::Form => say(
            "表单不完整，什么也没有做。请返回重新填写。",
            "The form is not complete, and nothing was done. Go back and fill it in again.",
        ),
        Trouble::TooLong => {
            say("内容太长，什么也没有做。", "This is too long, and nothing was done.")
        }
        Trouble::MediaType => say(
            "无法读取这种格式的表单，什么也没有做。",
            "A form of this kind cannot be read, and nothing was done.",
        ),
        Trouble::Stale => say(
            "这个请求已经处理过，或已过期。请回到平台页面重新开始。",
            "This is decided already, or too old. Begin again at the platform's page.",
        ),
        Trouble::NotTheSame => scene.say(shared::NOT_THE_SAME),
        Trouble::Stopped => say(
            "程序正在停止。请重新启动后再试，没有丢失任何数据。",
            "The program is stopping. Start it again; nothing is lost.",
        ),
    }
}

/// Whether the authority has ended this device's session.
fn is_over(failure: &Failure) -> bool {
    let over = Refusal::Unauthorized.code();
    matches!(failure, Failure::Transport(WalletError::Problem(problem)) if problem.code == over)
}

/// Where the person does what helps, if it is a page: its address, and what it is called.
pub(super) fn next(trouble: &Trouble, scene: &Scene) -> Option<(&'static str, &'static str)> {
    match trouble {
        Trouble::Failed(Failure::NoBackup) => Some(("/confirm", scene.t.confirm)),
        Trouble::Failed(Failure::NotEnrolled) => Some(("/enroll", scene.t.enroll)),
        Trouble::Failed(Failure::WhoseCode) => Some(("/enroll", scene.t.enroll)),
        Trouble::Failed(failure) if is_over(failure) => Some(("/enroll", scene.t.enroll)),
        _ => None,
    }
}

/// What went wrong, and what to do about it, as the pages say it.
#[must_use]
pub fn say_failure(failure: &Failure, language: Language) -> &'static str {
    let tongue = Tongue::from(language);
    let (t, say) = (texts::of(tongue), |zh, en| either(tongue, zh, en));
    match failure {
        Failure::Missing => t.no_pins,
        Failure::NoBackup => t.not_confirmed,
        Failure::NotEnrolled => t.not_enrolled,
        failure if is_over(failure) => t.session_over,
        Failure::Denied => t.is_denied,
        Failure::Core(_) => say(
            "无法进行。请回到平台页面重新开始；若仍不行，请更新网证。",
            "This cannot go on. Begin again at the platform's page; if that does not help, refresh the credential.",
        ),
        Failure::Transport(WalletError::Problem(problem))
            if problem.code == Refusal::WrongCode.code() =>
        {
            say(
                "代码不对，或已用过、已过期。请核对办理窗口屏幕上的代码，或请窗口另给一个。",
                "The code is wrong, used, or too old. Compare it with the counter's screen, or ask for another.",
            )
        }
        Failure::WhoseCode => say(
            "没有选择代码是给谁的，因此没有使用。请返回选择后重试。",
            "You did not choose for whom the code is, so it was not used. Go back, choose, and try again.",
        ),
        Failure::NoTicket => say(
            "没有申领凭证。请在监护人或第二台设备的“申领”页输入办理窗口的代码，并选择要申领的设备；已申领者的代码请在本人设备上使用。",
            "There is no ticket. Type the counter's code on the page “Enroll” of the second device, and choose the device that it is for; the code of somebody who is enrolled is for their own device.",
        ),
        Failure::NotPaired => say(
            "没有这个配对。请先让两台设备配对，或返回重新选择设备。",
            "There is no such pairing. Pair the two devices first, or go back and choose another device.",
        ),
        Failure::NotFresh => say(
            "这个钱包已申领或已配对，不能再次配对。请新建一个钱包，用它配对。",
            "This wallet has enrolled or is paired, and is not paired again. Make a new one, and pair that.",
        ),
        Failure::PeerAway => say(
            "配对的设备没有回应。请在那台设备上打开钱包，让它保持打开并能够连接，然后重试。",
            "The paired device does not answer. Open the wallet there, keep it open and within reach, and try again.",
        ),
        Failure::PeerRefused => say(
            "配对的设备无法参与。请在那台设备的钱包首页更新网证，并校准它的时间，然后重试。",
            "The paired device cannot take part. Refresh the credential on the first page of the wallet there, set its clock right, and try again.",
        ),
        Failure::Address(_) => say(
            "端口已被占用。请先关闭占用它的程序，或另选一个。",
            "The port is taken. Close what uses it, or choose another.",
        ),
        Failure::Listen(_) => say(
            "无法在这个地址等待配对的设备：它已被占用，或不是这台设备的地址。请另选一个。",
            "Paired devices cannot be waited for at this address: it is taken, or not this device's. Choose another.",
        ),
        Failure::Transport(WalletError::Problem(problem))
            if problem.code == Error::NoAccount.code() =>
        {
            say(
                "您在这个平台还没有账号。请回到平台页面，先注册。",
                "You have no account at this platform. Go back to its page and register first.",
            )
        }
        Failure::Transport(WalletError::Uri(_)) => say(
            "这不是平台的链接。请从平台页面复制完整的链接。",
            "This is no link of a platform. Copy the whole link from the platform's page.",
        ),
        Failure::Transport(WalletError::CrossDevice) => say(
            "钱包不允许从另一台设备发起这种请求。请在这台设备上打开平台的页面。",
            "The wallet does not allow this from another device. Open the platform's page on this one.",
        ),
        // As the command says it, where that names no command.
        other => shared::of_failure(other).in_tongue(tongue),
    }
}

pub(super) const fn of_obstacle(obstacle: Obstacle, scene: &Scene) -> &'static str {
    match obstacle {
        Obstacle::NoCredential => either(
            scene.tongue,
            "没有可用的网证。请先在首页申领或更新网证，再回到平台重新开始。",
            "There is no credential for it. Enroll or refresh it on the first page, then begin again at the platform.",
        ),
        Obstacle::NoEvidence => either(
            scene.tongue,
            "出示次数已用完。请先在首页更新网证，再回到平台重新开始。",
            "No presentations are left. Refresh the credential on the first page, then begin again at the platform.",
        ),
        Obstacle::Denied => scene.t.is_denied,
        Obstacle::Refused(Error::ConditionUnmet) => either(
            scene.tongue,
            "您的网证不满足平台的条件。钱包只能拒绝，平台不会得知原因。",
            "Your credential does not meet a condition of the platform. The wallet can only decline, and the platform does not learn why.",
        ),
        Obstacle::Refused(Error::UnpinnedParameters) => either(
            scene.tongue,
            "您的网证所用的密钥已经换过。请先在首页更新网证，再回到平台重新开始。",
            "Your credential is under another key than the authority's list has now. Refresh it on the first page, then begin again at the platform.",
        ),
        Obstacle::Refused(_) => scene.say(shared::of_obstacle(obstacle)),
    }
}

/// What the core calls it, where there are no words of the wallet's.
pub(super) fn detail(obstacle: Obstacle) -> Option<String> {
    match obstacle {
        Obstacle::Refused(Error::ConditionUnmet | Error::UnpinnedParameters) => None,
        Obstacle::Refused(error) => Some(error.to_string()),
        _ => None,
    }
}

pub(super) const fn of_alarm(alarm: Alarm, scene: &Scene) -> &'static str {
    match alarm {
        Alarm::Denied => scene.t.is_denied,
        _ => scene.say(shared::of_alarm(alarm)),
    }
}

pub(super) fn of_excess(excess: &Excess, scene: &Scene) -> String {
    match excess {
        Excess::Purpose => scene.t.purpose.to_owned(),
        Excess::Label => scene.say(shared::APPLICATION).to_owned(),
        Excess::Attribute(name) => say_attribute(name.as_str(), scene.language()),
        Excess::Statement => scene.t.statement.to_owned(),
    }
}

/// For a list of names and values.
pub(super) fn of_values(values: &[(Name, Value)], scene: &Scene) -> Vec<(String, String)> {
    let language = scene.language();
    let said = |(name, value): &(Name, Value)| {
        (say_attribute(name.as_str(), language), say_value(value, language))
    };
    values.iter().map(said).collect()
}

pub(super) fn of_condition(name: &Name, condition: &Condition, scene: &Scene) -> String {
    let language = scene.language();
    let name = say_attribute(name.as_str(), language);
    match (condition, language) {
        (Condition::Equals(value), Language::Chinese) => {
            format!("{name}：{}", say_value(value, language))
        }
        (Condition::Equals(value), Language::English) => {
            format!("{name}: {}", say_value(value, language))
        }
        (Condition::AtLeast(least), Language::Chinese) => format!("{name}：至少 {least}"),
        (Condition::AtMost(most), Language::Chinese) => format!("{name}：至多 {most}"),
        (Condition::Present, Language::Chinese) => format!("{name}：存在"),
        (other, _) => format!("{name} {other}"),
    }
}
