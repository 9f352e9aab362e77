//! uris.json: texts of every form, and texts that are none.

use pairnym_transport::authority::{CounterCode, EvidencePath};
use pairnym_transport::wallet::Invitation;
use pairnym_transport::{Attempt, Code, DoneUri, Handle, Host, RequestUri};
use serde_json::{Value, json};

use crate::check;

const HANDLE: &str = "AAECAwQFBgcICQoLDA0ODw";

fn handle() -> Handle {
    HANDLE.parse().unwrap()
}

/// What is refused as an invitation, in every form, and why.
fn refused() -> Vec<(String, &'static str)> {
    let request = |before: &str| format!("{before}/.well-known/pairnym/{HANDLE}");
    let long = format!("https://{}/", "a".repeat(1_024));
    let mut refused: Vec<(String, &str)> = [
        ("http://shop.example", "scheme"),
        ("HTTPS://shop.example", "scheme"),
        ("ftp://shop.example", "scheme"),
        ("//shop.example", "scheme"),
        ("https://Shop.example", "capital"),
        ("https://shop.example:443", "port"),
        ("https://shop.example:8443", "port"),
        ("https://shop.example.", "trailing_dot"),
        ("https://user@shop.example", "url"),
        ("https://user:word@shop.example", "url"),
        ("https://shop.example?x", "url"),
        ("https://shop.example\\evil.example", "identifier"),
        ("https://shop.example%2eevil", "identifier"),
        ("https://192.0.2.1", "address"),
        ("https://[2001:db8::1]", "address"),
        ("https://2130706433", "single_label"),
        ("https://0x7f.1", "identifier"),
        ("https://shop", "single_label"),
        ("https://", "identifier"),
        ("https://商店.example", "international"),
        ("https://shop.example\n", "identifier"),
        (" https://shop.example", "scheme"),
        ("http://shop.localhost:8080", "development"),
        ("http://shop.localhost", "port"),
        ("http://shop.localhost:80", "port"),
        ("http://shop.localhost:0", "port"),
        ("http://shop.localhost:08080", "port"),
        ("http://shop.localhost:+8080", "port"),
        ("http://shop.localhost:65536", "port"),
        ("http://shop.localhost:", "port"),
        ("https://shop.localhost:8080", "scheme"),
        ("http://localhost:8080", "port"),
        ("http://shop.localhost.evil.example:8080", "port"),
    ]
    .map(|(before, code)| (request(before), code))
    .into();
    refused.extend(
        [
            ("https://shop.example", "path"),
            ("https://shop.example/", "path"),
            ("https://shop.example//.well-known/pairnym/AAECAwQFBgcICQoLDA0ODw", "path"),
            ("https://shop.example/.well-known/PAIRNYM/AAECAwQFBgcICQoLDA0ODw", "path"),
            ("https://shop.example/x/../.well-known/pairnym/AAECAwQFBgcICQoLDA0ODw", "path"),
            ("https://shop.example/%2ewell-known/pairnym/AAECAwQFBgcICQoLDA0ODw", "path"),
            ("https://shop.example/.well-known/pairnym/", "handle"),
            ("https://shop.example/.well-known/pairnym/done", "handle"),
            ("https://shop.example/.well-known/pairnym/AAECAwQFBgcICQoLDA0ODw?x=y", "query"),
            ("https://shop.example/.well-known/pairnym/AAECAwQFBgcICQoLDA0ODw?", "query"),
            ("https://shop.example/.well-known/pairnym/AAECAwQFBgcICQoLDA0ODw/", "handle"),
            ("https://shop.example/.well-known/pairnym/AAECAwQFBgcICQoLDA0ODw/pair", "handle"),
            ("https://shop.example/.well-known/pairnym/AAECAwQFBgcICQoLDA0ODw ", "handle"),
            ("https://shop.example/.well-known/pairnym/AAECAwQFBgcICQoLDA0ODw==", "handle"),
            ("https://shop.example/.well-known/pairnym/AAECAwQFBgcICQoLDA0ODx", "handle"),
            ("https://shop.example/.well-known/pairnym/AAECAwQFBgcICQoLDA0OD", "handle"),
            ("https://shop.example/.well-known/pairnym/AAECAwQFBgcICQoLDA0OD+", "handle"),
            ("https://shop.example/.well-known/pairnym/AAECAwQFBgcICQoLDA0O%41", "handle"),
            ("https://shop.example/.well-known/pairnym/AAECAwQFBgcICQoLDA0ODw#", "path"),
            ("https://wallet.example/#shop.example", "path"),
            ("https://wallet.example/#", "path"),
            ("https://wallet.example#shop.example/AAECAwQFBgcICQoLDA0ODw", "url"),
            ("https://wallet.example/x#shop.example/AAECAwQFBgcICQoLDA0ODw", "path"),
            ("https://wallet.example/?x#shop.example/AAECAwQFBgcICQoLDA0ODw", "query"),
            ("https://wallet.example/#Shop.example/AAECAwQFBgcICQoLDA0ODw", "capital"),
            ("https://wallet.example/#shop.example/AAECAwQFBgcICQoLDA0ODw#", "handle"),
            ("https://wallet.example:443/#shop.example/AAECAwQFBgcICQoLDA0ODw", "port"),
            ("https://wallet.example/#//shop.example/AAECAwQFBgcICQoLDA0ODw", "identifier"),
            ("http://wallet.example/#shop.example/AAECAwQFBgcICQoLDA0ODw", "scheme"),
            ("pairnym://shop.example/AAECAwQFBgcICQoLDA0ODw", "identifier"),
            ("pairnym:shop.example", "path"),
            ("pairnym:shop.example/", "handle"),
            ("pairnym:shop.example/AAECAwQFBgcICQoLDA0ODw/", "handle"),
            ("pairnym:shop.example:443/AAECAwQFBgcICQoLDA0ODw", "port"),
            ("pairnym:shop.localhost:8080/AAECAwQFBgcICQoLDA0ODw", "development"),
            ("PAIRNYM:shop.example/AAECAwQFBgcICQoLDA0ODw", "scheme"),
            ("javascript:alert(1)", "scheme"),
            ("", "scheme"),
        ]
        .map(|(text, code)| (text.to_owned(), code)),
    );
    refused.push((long, "length"));
    refused
}

/// Not 22 characters of base64url in their one form; or not a done page.
const NO_DONE_PAGE: [(&str, &str); 7] = [
    ("https://shop.example/.well-known/pairnym/done", "fragment"),
    ("https://shop.example/.well-known/pairnym/done#", "code"),
    ("https://shop.example/.well-known/pairnym/done/#AAECAwQFBgcICQoLDA0ODw", "path"),
    ("https://shop.example/.well-known/pairnym/done?x#AAECAwQFBgcICQoLDA0ODw", "query"),
    ("https://shop.example/.well-known/pairnym/#AAECAwQFBgcICQoLDA0ODw", "path"),
    ("https://shop.example/.well-known/pairnym/done#AAECAwQFBgcICQoLDA0ODx", "code"),
    ("http://shop.example/.well-known/pairnym/done#AAECAwQFBgcICQoLDA0ODw", "scheme"),
];

const NO_EVIDENCE_PATH: [&str; 9] = [
    "/v1/evidence",
    "/v1/evidence/",
    "/v1/evidence/Node",
    "/v1/evidence/a/b",
    "/v1/evidence/a?x",
    "/v1/evidence/../a",
    "//evil.example/v1/evidence/a",
    "https://id.authority.example/v1/evidence/a",
    "v1/evidence/a",
];

#[test]
fn uris_json() {
    let wallet: Host = "wallet.example".parse().unwrap();
    let attempt = Attempt([7; 32]);
    let code = Code::of(&handle(), &attempt);
    let forms = |host: &str| -> Value {
        let uri = RequestUri::new(host.parse().unwrap(), handle());
        let done = DoneUri::new(*uri.host(), code);
        let [link, last_resort] = [uri.link(&wallet), uri.last_resort()];
        for (text, flow) in [
            (&uri.to_string(), "cross-device"),
            (&link, "same-device"),
            (&last_resort, "same-device"),
        ] {
            let read = Invitation::for_development(text).unwrap();
            assert_eq!((*read.uri(), json!(read.flow())), (uri, json!(flow)));
        }
        assert_eq!(done.to_string().parse(), Ok(done));
        json!({
            "host": host,
            "platform": uri.host().id(),
            "request_uri": uri,
            "pair": uri.pair(),
            "link": link,
            "last_resort": last_resort,
            "done": done,
        })
    };
    let longest = format!("{}.{}", vec!["a".repeat(63); 3].join("."), "z".repeat(61));
    let hosts = ["shop.example", "xn--fiqs8s.example", "shop.localhost:8080", &longest].map(forms);
    let refused = refused().into_iter().map(|(text, code)| {
        assert_eq!(Invitation::new(&text).unwrap_err().code(), code, "{text}");
        let development = Invitation::for_development(&text);
        assert_eq!(development.is_ok(), code == "development", "{text}");
        json!({ "text": text, "code": code })
    });
    let no_done_page = NO_DONE_PAGE.map(|(text, code)| {
        assert_eq!(text.parse::<DoneUri>().unwrap_err().code(), code, "{text}");
        json!({ "text": text, "code": code })
    });
    let no_evidence_path = NO_EVIDENCE_PATH.map(|text| {
        assert!(text.parse::<EvidencePath>().is_err(), "{text}");
        text
    });
    check(
        "uris.json",
        "2",
        "Every form of hosts, with the code of an attempt (§6.1); \
         what is none of them, and why. `invalid` is for wallets that refuse development.",
        json!({
            "handle": handle(),
            "attempt": attempt,
            "code": code,
            "wallet": wallet,
            "hosts": hosts,
            "invalid": refused.collect::<Vec<_>>(),
            "invalid_done": no_done_page,
            "invalid_locations": no_evidence_path,
        }),
    );
}

pub fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn counter_codes() {
    let typed = [
        ("7K3M-9110-W2E4", Some("7K3M-9110-W2E4")),
        ("7k3m9iloW2E4", Some("7K3M-9110-W2E4")),
        (" 7k3m - 9110 - w2e4 ", Some("7K3M-9110-W2E4")),
        ("7K3M-9110-W2E", None),
        ("7K3M-9110-W2E45", None),
        ("7K3M-9110-W2EU", None),
        ("7K3M-9110-W2E\u{664}", None),
        ("", None),
    ];
    for (text, expected) in typed {
        let read = text.parse::<CounterCode>().ok().map(|code| code.to_string());
        assert_eq!(read.as_deref(), expected, "{text}");
    }
}
