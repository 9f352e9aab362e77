//! What went wrong, and what to do about it.

use pairnym_transport::wallet::WalletError;

use super::{IS_DENIED, Text};
use crate::Failure;

texts! {
    F_MISSING: "missing",
        "这里没有钱包。请先运行 pairnym init 或 pairnym restore。",
        "There is no wallet here. Run `pairnym init` or `pairnym restore`.";
    F_EXISTS: "exists",
        "这里已经有钱包，没有改动。",
        "There is a wallet here already. Nothing was changed.";
    F_IN_USE: "in_use",
        "另一个程序正在使用这个钱包。请先关闭它。",
        "Another program uses this wallet. Close it first.";
    F_WRONG: "wrong_passphrase",
        "口令不对，或文件已损坏。",
        "The passphrase is wrong, or the file is damaged.";
    F_DAMAGED: "damaged",
        "钱包文件已损坏。请用备份恢复到另一个文件夹。",
        "A file of the wallet is damaged. Restore the backup into another folder.";
    F_NEWER: "newer",
        "这个钱包由更新的版本写入。请更新程序。",
        "The wallet was written by a newer version. Update this program.";
    F_DISK: "disk",
        "磁盘写入或读取失败。请腾出空间后重试；没有发送任何信息。",
        "The disk failed. Make room and try again; nothing was sent.";
    F_NETWORK: "network",
        "无法连接。请检查网络后重试。",
        "No connection. Check the network and try again.";
    F_TEMPORARY: "temporary",
        "对方暂时忙。请稍后重试。",
        "The other side is busy. Try again later.";
    F_PEER: "peer",
        "对方拒绝，或其答复不符合规范。请回到平台页面重新开始。",
        "The other side refuses, or does not answer as it must. Go back to the platform's page and begin again.";
    F_CORE: "core",
        "无法进行。请回到平台页面重新开始；若仍不行，请运行 pairnym doctor。",
        "This cannot go on. Begin again at the platform's page; if that does not help, run `pairnym doctor`.";
    F_NO_BACKUP: "no_backup",
        "请先确认备份：pairnym confirm。",
        "Confirm the backup first: `pairnym confirm`.";
    F_NOT_ENROLLED: "not_enrolled",
        "尚未申领。请到办理窗口取得代码，再运行 pairnym enroll。",
        "Not enrolled. Get a code at the counter, and run `pairnym enroll`.";
    F_FOREIGN: "foreign_authority",
        "连接到的不是钱包所认定的公共服务平台。没有发送任何个人信息。",
        "This is not the authority that the wallet knows. Nothing about you was sent.";
    F_BAD_BACKUP: "bad_backup",
        "这些词或文件不是有效的备份。请核对抄写是否有误。",
        "The words or the file are no backup. Look for a slip of the pen.";
    F_NOT_CONSENTED: "not_consented",
        "没有得到您的同意，什么也没有发送。",
        "Without your consent nothing was sent.";
    F_BAD_CODE: "bad_code",
        "代码应为 12 个字母和数字。",
        "The code has twelve letters and digits.";
    F_WHOSE_CODE: "whose_code",
        "没有说明代码是给谁的，因此没有使用。自己的代码请加 --own；配对设备的代码请用 pairnym pair apply。",
        "It was not said for whom the code is, so it was not used. Add `--own` for your own; use `pairnym pair apply` for a paired device's.";
    F_BAD_PINS: "bad_pins",
        "内置信息文件无法使用。请向公共服务平台索取。",
        "The file of pins cannot be used. Get it from your authority.";
    F_ADDRESS: "address",
        "端口已被占用。请先关闭占用它的程序，或用 --port 另选一个。",
        "The port is taken. Close what uses it, or choose another with `--port`.";
    F_LISTEN: "listen",
        "无法在 --listen 给出的地址等待：它已被占用，或不是这台设备的地址。请另选一个。",
        "Nobody can be waited for at the address of `--listen`: it is taken, or not this device's. Choose another.";
    F_NEEDS_SECOND: "needs_second",
        "这台设备必须与配对的设备一起使用。",
        "This device does nothing without the one that it is paired with.";
    F_NOT_PAIRED: "not_paired",
        "没有这个配对。请先运行 pairnym pair invite 和 pairnym pair join。",
        "There is no such pairing. Run `pairnym pair invite` and `pairnym pair join` first.";
    F_NOT_FRESH: "not_fresh",
        "这个钱包已申领或已配对，不能再次配对。请用 pairnym init 新建一个钱包。",
        "This wallet has enrolled or is paired, and is not paired again. Make a new one with `pairnym init`.";
    F_BAD_INVITATION: "bad_invitation",
        "这不是配对邀请。请让对方重新显示。",
        "This is no invitation. Let the other device show it again.";
    F_CODES_DIFFER: "codes_differ",
        "两台设备上的数字不同：可能有人在中间作怪。没有配对。请换一个网络，当面重新开始。",
        "The digits are not the same: somebody may be in between. Nothing was paired. Begin again, face to face, on another network.";
    F_PEER_AWAY: "peer_away",
        "配对的设备没有回应。请在那台设备上运行 pairnym pair wait 后重试。",
        "The paired device does not answer. Run `pairnym pair wait` there, and try again.";
    F_PEER_DECLINED: "peer_declined",
        "配对设备的使用者拒绝了。",
        "The person at the paired device declined.";
    F_PEER_REFUSED: "peer_refused",
        "配对的设备无法参与。请在那台设备上运行 pairnym refresh 并校准时间。",
        "The paired device cannot take part. Run `pairnym refresh` there, and set its clock right.";
    F_FALSE_PEER: "false_peer",
        "收到的内容不是配对的设备所发。没有发送任何信息。请检查地址和网络。",
        "What came is not what the paired device sends. Nothing was sent. Look at the address and the network.";
    F_NO_TICKET: "no_ticket",
        "没有申领凭证。请在监护人或第二台设备上运行 pairnym pair apply，输入办理窗口的代码；已申领者的代码请在本人设备上使用。",
        "There is no ticket. Run `pairnym pair apply` with the counter's code at the second device; the code of somebody who is enrolled is for their own device.";
    F_UNKNOWN: "unknown_message",
        "不认识的消息。",
        "No message of a kind that is known.";
}

/// What to do about it.
pub(crate) fn of_failure(failure: &Failure) -> Text {
    match failure {
        Failure::Missing => F_MISSING,
        Failure::Exists => F_EXISTS,
        Failure::InUse => F_IN_USE,
        Failure::WrongPassphrase => F_WRONG,
        Failure::Damaged(_) => F_DAMAGED,
        Failure::Newer => F_NEWER,
        Failure::Disk(_) => F_DISK,
        Failure::Network(_) => F_NETWORK,
        Failure::Transport(WalletError::Problem(problem)) if problem.is_temporary() => F_TEMPORARY,
        Failure::Transport(_) => F_PEER,
        Failure::Core(_) => F_CORE,
        Failure::NoBackup => F_NO_BACKUP,
        Failure::NotEnrolled => F_NOT_ENROLLED,
        Failure::ForeignAuthority => F_FOREIGN,
        Failure::BadBackup => F_BAD_BACKUP,
        Failure::Denied => IS_DENIED,
        Failure::NotConsented => F_NOT_CONSENTED,
        Failure::BadCode => F_BAD_CODE,
        Failure::WhoseCode => F_WHOSE_CODE,
        Failure::BadPins(_) => F_BAD_PINS,
        Failure::UnknownMessage => F_UNKNOWN,
        Failure::Address(_) => F_ADDRESS,
        Failure::Listen(_) => F_LISTEN,
        Failure::NeedsSecond => F_NEEDS_SECOND,
        Failure::NotPaired => F_NOT_PAIRED,
        Failure::NotFresh => F_NOT_FRESH,
        Failure::BadInvitation => F_BAD_INVITATION,
        Failure::CodesDiffer => F_CODES_DIFFER,
        Failure::PeerAway => F_PEER_AWAY,
        Failure::PeerDeclined => F_PEER_DECLINED,
        Failure::PeerRefused => F_PEER_REFUSED,
        Failure::FalsePeer => F_FALSE_PEER,
        Failure::NoTicket => F_NO_TICKET,
    }
}
