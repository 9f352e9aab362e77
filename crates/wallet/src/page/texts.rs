//! What only the pages say. What the command says as well stands in [`crate::texts`].

use crate::texts::Tongue;

macro_rules! texts {
    ($($name:ident: $zh:literal, $en:literal;)*) => {
        /// One language.
        pub(super) struct Texts {
            pub(super) code: &'static str,
            $(pub(super) $name: &'static str,)*
        }

        #[cfg(test)]
        impl Texts {
            /// Every one.
            pub(super) fn all(&self) -> Vec<&'static str> {
                vec![$(self.$name),*]
            }
        }

        static CHINESE: Texts = Texts { code: "zh", $($name: $zh,)* };
        static ENGLISH: Texts = Texts { code: "en", $($name: $en,)* };
    };
}

texts! {
    title: "我的钱包",
        "My wallet";
    language: "语言",
        "Language";
    pages: "页面",
        "Pages";
    home: "首页",
        "Home";
    history: "历史记录",
        "History";
    backup: "备份",
        "Backup";
    knowledge: "谁知道什么",
        "Who knows what";
    lost: "设备丢失、注销",
        "Lost device, cancelling";
    lock: "锁定钱包",
        "Lock the wallet";
    to_wallet: "回到钱包",
        "Back to the wallet";

    door: "请打开您的钱包",
        "Open your wallet";
    door_words: "请用钱包程序启动时显示的地址打开钱包。该地址只能使用一次，而且只对打开它的浏览器有效。",
        "Open the address that the wallet's program printed when it started. It works once, and only for the browser that opens it.";
    link: "平台的链接，或二维码中的文字",
        "The link of a platform, or the text of a QR code";
    link_go: "查看请求",
        "See what is asked";
    link_words: "平台的页面会给出一个链接。点击后通常会自动来到这里；如果没有，请复制链接并粘贴到下面。先看清楚对方问什么，再决定是否答复。",
        "A platform's page has a link that usually brings you here by itself. If not, copy it and paste it here. You see what is asked before you decide.";
    answer_a_platform: "答复平台",
        "Answer a platform";

    begin: "开始使用",
        "Begin";
    begin_words: "钱包保存在这台设备上，并用口令加密。每个平台会得到一个不同的网号，任何人都看不出哪些网号属于您。",
        "The wallet is stored on this device, encrypted with your passphrase. Each platform gets another 网号, and nobody sees which are yours.";
    create: "新建钱包",
        "Make a new wallet";
    create_words: "接下来会显示 24 个词，请准备好纸和笔。",
        "You will see 24 words: have paper and a pen ready.";
    restore: "用备份恢复",
        "Restore a backup";
    restore_words: "输入抄下的 24 个词，网号与原来相同。备份文件（如果有）会带回历史记录。",
        "Type the 24 words that you wrote down: your 网号s stay the same. The backup's file, if you have it, brings the history back.";
    no_pins: "此程序没有内置公共服务平台的信息，不能新建钱包。请向公共服务平台索取其信息文件，并在启动程序时给出。用备份文件仍可恢复。",
        "This program came without an authority's pins, so no new wallet can be made. Get the file of pins from your authority, and start the program with it. A backup's file can be restored all the same.";
    passphrase: "口令",
        "Passphrase";
    new_passphrase: "新口令",
        "New passphrase";
    passphrase_hint: "请用一句较长的话。短口令挡不住拿到文件的人。",
        "A long one: a short one does not stop somebody who has the file.";
    again: "再输入一次",
        "Once more";
    the_words: "24 个词",
        "The 24 words";
    the_file: "备份文件（可选）",
        "The backup's file (optional)";
    file_passphrase: "备份文件的口令",
        "Passphrase of the backup's file";
    unlock: "打开钱包",
        "Open the wallet";
    unlock_go: "打开",
        "Open";
    locked_itself: "钱包有一段时间没有使用，已自动锁定，没有丢失任何数据。尚未答复的请求请回到平台页面重新开始。",
        "Nobody used the wallet for a while, so it locked itself. Nothing is lost. Begin again at the platform's page with what you had not answered.";
    put_away: "页面已收起",
        "This page was put away";
    put_away_words: "这个页面有一段时间没有使用，因此不再显示其内容。钱包正在另一个窗口中使用。",
        "Nobody used this page for a while, so it shows nothing any more. The wallet is in use in another window.";
    link_waits: "打开后会显示平台的请求。",
        "What the platform asks is shown once it is open.";

    words: "24 个词",
        "Your 24 words";
    words_words: "请把其中一种语言的 24 个词按顺序抄在纸上，妥善保管。两种语言的词恢复同一个钱包，抄一种即可。谁拿到它们，谁就拥有您的全部网号。",
        "Write down the 24 words of one language, in their order, on paper. Either language restores the same wallet. Whoever has them has all your 网号s.";
    words_zh: "中文",
        "In Chinese";
    words_en: "英文",
        "In English";
    words_written: "已抄好，现在核对",
        "I have written them down";
    confirm: "核对备份",
        "Confirm the backup";
    confirm_words: "请照着纸上所写输入全部 24 个词。核对之后才能申领网证。",
        "Type all 24 words from your paper. You can enroll once they are confirmed.";
    confirm_go: "核对",
        "Confirm";
    confirm_wrong: "这些词与钱包的不同。请检查抄写是否有误，然后重新输入。",
        "These are not the words of this wallet. Look for a slip of the pen, and type them again.";

    not_confirmed: "备份尚未核对，因此还不能申领。",
        "The backup is not confirmed yet, so you cannot enroll.";
    not_enrolled: "这台设备尚未申领。请到公共服务平台的办理窗口取得代码。如果这是恢复的钱包，没有代码也可以登录您已有账号的平台。",
        "This device is not enrolled. Get a code at your authority's counter. If the wallet was restored, you can log in without a code wherever you have an account.";
    session_over: "公共服务平台已结束与这台设备的会话，例如因为在窗口登记了另一台设备。请到窗口取得新的代码，再次申领；网号不变。",
        "The authority has ended its session with this device: because another one was registered at the counter, say. Get a new code there and enroll again; your 网号s stay the same.";
    enroll: "申领",
        "Enroll";
    enroll_words: "请输入办理窗口屏幕上的代码。公共服务平台核验您的身份，但不会知道您使用哪些平台。",
        "Type the code from the counter's screen. The authority checks who you are; it does not learn which platforms you use.";
    authority: "公共服务平台",
        "Authority";
    counter_code: "代码（12 个字母和数字）",
        "Code (twelve letters and digits)";
    enrolled_already: "这台设备已经申领过。只有窗口要求时才需要再次输入您自己的代码。",
        "This device is enrolled. Type another code of your own only if the counter told you to.";
    enroll_again: "继续中断的申领",
        "Go on with an enrollment that stopped";
    enroll_together: "与配对的设备一起申领",
        "Enroll together with the paired device";
    applied: "已取得申领凭证，用于",
        "The ticket is here for";
    applied_next: "现在请在那台设备的“申领”页选择“与配对的设备一起申领”。请让这个钱包开着：那时会在这里请您同意。",
        "Now choose “Enroll together with the paired device” on the page “Enroll” of that device. Keep this wallet open: you are asked for your consent here.";

    credential: "网证",
        "Credential";
    no_credential: "还没有网证。",
        "There is no credential yet.";
    epoch: "时段",
        "Epoch";
    left: "剩余出示次数",
        "Presentations left";
    left_words: "每次出示用掉一份凭据；登录不消耗。",
        "Each presentation uses one up; logins use none.";
    says: "网证的内容",
        "What it says";
    says_words: "没有您的单独同意，任何平台都看不到这些内容。",
        "No platform sees any of it without a separate consent of yours.";
    refresh: "更新网证",
        "Refresh the credential";
    due_now: "现在应当更新。",
        "It is time to refresh it.";
    due_at: "下次更新：",
        "Next refresh:";
    is_denied: "公共服务平台拒绝发放网证。钱包已停止出示：如果只有您一个人被拒绝，出示旧网证会让您被认出来。请先了解原因；只有您自己可以决定继续。",
        "The authority denied you a credential. The wallet presents nothing now: if you alone were denied, an old credential would mark you. Find out why first; only you can decide to go on.";
    go_on: "我决定继续出示",
        "I decide to go on presenting";

    platforms: "各平台的网号",
        "Your 网号 at each platform";
    platforms_words: "同一个平台始终看到同一个网号；不同平台的网号无法互相关联。",
        "A platform always sees the same 网号. Nobody can link those of different platforms.";
    all_platforms: "全部平台",
        "All platforms";
    no_platforms: "这里还没有列出网号：您在某个平台答复之后，那里的网号才会列出。恢复的钱包在每个平台的网号都与以前相同。",
        "None is listed here yet: the 网号 of a platform is, once you have answered there. A restored wallet has the same one as before at each platform.";
    last: "最近一次",
        "Last time";
    entries: "条记录",
        "entries";
    see_history: "查看历史记录",
        "See the history";

    offer: "将要领取的网证",
        "The credential that is offered";
    offer_words: "公共服务平台将在网证中写入以下内容。请核对；有误请不要接受，并到窗口更正。",
        "This is what the authority would write into it. If something is wrong, do not take it, and have it corrected at the counter.";
    take: "内容无误，接受",
        "It is right: take it";
    leave: "不接受",
        "Do not take it";

    asks: "想知道",
        "asks";
    ask_words: "请核对上面的网站名称：它应当是您刚才访问的网站。",
        "Check the name above: it must be the site that you come from.";
    until: "有效至",
        "Until";
    details: "请求的内容",
        "What is asked";
    conditions: "条件：您答复，对方就知道它们成立",
        "Conditions: by your answer they learn that these hold";
    statement: "您将签署的声明",
        "The statement that you would sign";
    disclosure: "单独同意：对方将得知",
        "A separate consent: they would learn";
    disclose: "我同意把以上信息告诉",
        "I agree to tell the above to";
    nothing_disclosed: "不会提供您的任何属性。",
        "None of your attributes is disclosed.";
    not_consented: "没有勾选单独同意，因此什么也没有发送。请勾选，或者拒绝。",
        "Without the separate consent nothing was sent. Give it, or decline.";
    answer: "答复",
        "Answer";
    decline: "拒绝",
        "Decline";
    decline_words: "拒绝时，对方只知道没有得到答复，不知道原因。",
        "If you decline, they learn that there is no answer, and not why.";
    cannot_answer: "钱包无法答复",
        "The wallet cannot answer";
    contacts: "联系方式（登记机构核实）",
        "Contacts, as the registrar has them";
    contact_privacy: "个人信息保护",
        "Privacy";
    contact_deletion: "删除账号",
        "Deletion";
    contact_supervisor: "监督机构",
        "Supervisor";
    warning: "警告",
        "Warning";

    pair: "请输入数字",
        "Type the digits";
    pair_words: "只有您自己刚刚扫描了那个页面上的二维码，才可以输入。任何人通过电话或短信索要这些数字，都是诈骗。",
        "Only if you yourself have just scanned the code on that page. Whoever asks for these digits by telephone or in a message is a fraud.";
    pair_busy: "另一个钱包正在答复，或平台暂时忙。",
        "Another wallet is at it, or the platform is busy.";
    pair_go: "已输入，继续",
        "I have typed them: go on";

    over: "超出许可，已拒绝",
        "Refused: it asks beyond its permission";
    over_words: "这个平台的请求超出了登记机构的许可。钱包没有答复，也没有告诉它任何信息。超出的部分：",
        "This platform asks for more than a registrar permits it. The wallet did not answer, and told it nothing. Beyond its permission:";
    report: "报告",
        "Report";
    report_words: "您可以把下面的报告交给监督机构，也可以不交；钱包不会自行发送。报告里没有能认出您的内容。",
        "You can give this report to a supervisor, or not; the wallet sends it to nobody. Nothing in it says who you are.";

    answered: "已答复",
        "Answered";
    answered_words: "对方已收到您的答复。",
        "They have your answer.";
    answered_go: "回到平台",
        "Back to the platform";
    answered_elsewhere: "请回到另一台设备上的页面。",
        "Go on at the page on the other device.";
    declined: "已拒绝",
        "Declined";
    declined_words: "对方没有得到任何信息，也不知道原因。",
        "They learned nothing, and not why.";

    history_words: "这份记录只在您的设备上，其中没有属性的值。",
        "This history is on your device only. No values of attributes stand in it.";
    no_history: "还没有记录。",
        "There is nothing yet.";
    platform: "平台",
        "Platform";
    purpose: "用途",
        "Purpose";
    learned: "得知",
        "Learned";
    outcome: "结果",
        "Outcome";
    signed: "已签署声明",
        "a statement was signed";
    erase: "删除",
        "Erase";
    erase_platform: "删除一个平台的全部记录",
        "Erase everything about a platform";
    export: "导出（JSON）",
        "Export (JSON)";
    newer: "较新",
        "Newer";
    older: "较早",
        "Older";
    page: "页码",
        "Page";

    backup_words: "24 个词恢复您的全部网号；备份文件恢复历史记录。网证和凭据不在备份中：重复出示会让两个网号被关联。恢复之后重新领取。",
        "The 24 words restore all your 网号s; the file restores the history. Credentials and evidence are in no backup: shown twice, they would link two 网号s. After a restoration they are fetched anew.";
    make_file: "下载备份文件",
        "Download the backup's file";
    show_words: "再次显示 24 个词",
        "Show the 24 words again";
    show_words_words: "请确认没有别人看着屏幕。",
        "Make sure that nobody else sees the screen.";
    show_words_go: "显示",
        "Show them";

    together: "这台设备只能与配对的设备一起使用。对方设备上也会询问：",
        "This device acts only together with another one, whose person is asked as well:";
    wards: "须经您同意才能使用的设备：",
        "Devices that act only with your consent:";
    enroll_ward: "为其输入窗口的代码",
        "Type a counter's code for one";
    ward: "为以下设备",
        "on behalf of";
    attend_enrollment: "它要用您在窗口取得的代码申领。只有申领人就在您身边、由您监护，才可以同意。",
        "It wants to enroll with the code that you got at the counter. Agree only if that person is in your care, and beside you.";
    attend_credential: "它要领取网证，内容如下：",
        "It wants to take a credential that says:";
    attend_answer: "它要答复一个平台。请求是否确实来自这个平台，由那台设备核对。",
        "It wants to answer a platform. That the question comes from this platform is for that device to check.";
    attend_statement: "将签署的声明",
        "The statement that would be signed";
    attend_disclose: "我同意把以上信息告诉这个平台",
        "I agree to tell the above to this platform";
    attend_agree: "同意",
        "Agree";

    refused: "无法继续",
        "This cannot go on";
}

pub(super) const fn of(tongue: Tongue) -> &'static Texts {
    match tongue {
        Tongue::Zh => &CHINESE,
        Tongue::En => &ENGLISH,
    }
}
