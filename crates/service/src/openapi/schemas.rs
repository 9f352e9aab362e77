//! What bodies look like.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

/// Media type and JSON schema of a body, by name.
pub(super) fn all() -> BTreeMap<&'static str, (String, Value)> {
    let bytes = |length: usize| {
        let length = (length * 4).div_ceil(3);
        json!({ "type": "string", "pattern": "^[A-Za-z0-9_-]*$", "minLength": length, "maxLength": length })
    };
    let any = json!({ "type": "string", "pattern": "^[A-Za-z0-9_-]*$" });
    let text = json!({ "type": "string" });
    let number = json!({ "type": "integer", "minimum": 0 });
    let flow = json!({ "enum": ["same-device", "cross-device"] });
    let states: Vec<_> = pairnym_transport::State::ALL.map(|state| state.as_str()).into();
    let digits = json!({ "type": "string", "pattern": "^[0-9]{6}$" });
    let object = |required: &[(&str, Value)], optional: &[(&str, Value)]| {
        let names: Vec<_> = required.iter().map(|(name, _)| *name).collect();
        let members = required.iter().chain(optional);
        let members: Map<_, _> =
            members.map(|(name, schema)| ((*name).to_owned(), schema.clone())).collect();
        json!({ "type": "object", "required": names, "properties": members })
    };
    let flag = json!({ "type": "boolean" });
    let document = object(&[("kind", text.clone()), ("number", text.clone())], &[]);
    let shown = object(
        &[
            (
                "documents",
                json!({ "type": "array", "minItems": 1, "maxItems": 8, "items": document }),
            ),
            ("name", text.clone()),
            ("born", json!({ "type": "string", "format": "date" })),
        ],
        &[],
    );
    let permission = object(
        &[("statement", any.clone()), ("registrar", bytes(32)), ("signature", bytes(64))],
        &[],
    );
    let signature = object(&[("key", bytes(32)), ("signature", bytes(64))], &[]);
    let signatures = json!({ "type": "array", "maxItems": 16, "items": signature });
    let list = object(&[("list", any.clone()), ("signatures", signatures)], &[]);
    let batches = json!({ "type": "array", "minItems": 1, "maxItems": 32, "items": any });
    let act = object(
        &[
            ("digest", text.clone()),
            ("request", text.clone()),
            ("answer", text.clone()),
            ("at", number.clone()),
        ],
        &[],
    );
    let slot = json!({ "type": ["string", "null"], "pattern": "^[0-9a-f]*$" });
    let maybe = json!({ "type": ["string", "null"] });
    let wallet = |name: &str| format!("application/vnd.pairnym.{name}+json");
    let plain = || "application/json".to_owned();
    let registrars = json!({ "type": "array", "items": bytes(32) });
    let directory = [
        ("authority", text.clone()),
        ("list", list.clone()),
        ("registrars", registrars),
        ("sessions", number.clone()),
    ];
    let session = [("token", bytes(32)), ("expires", number.clone())];
    let code = json!({ "type": "string", "description": "three groups of four characters" });
    let one = |name: &str, member: &str, schema: &Value| {
        (wallet(name), object(&[(member, schema.clone())], &[]))
    };
    BTreeMap::from([
        ("authority", (wallet("authority"), object(&directory, &[]))),
        ("list", (wallet("list"), list)),
        ("identification", one("identification", "code", &code)),
        ("session", (wallet("session"), object(&session, &[("ticket", any.clone())]))),
        ("enrollment", one("enrollment", "request", &any)),
        ("offer", one("offer", "offer", &any)),
        ("issuance", one("issuance", "request", &any)),
        ("credential", one("credential", "response", &any)),
        ("evidence", one("evidence", "requests", &batches)),
        ("commitments", one("commitments", "commitments", &batches)),
        ("challenges", one("challenges", "challenges", &batches)),
        ("responses", one("responses", "responses", &batches)),
        (
            "question",
            (
                wallet("question"),
                object(
                    &[("request", any.clone()), ("flow", flow.clone())],
                    &[("permission", permission.clone())],
                ),
            ),
        ),
        ("pair", (wallet("pair"), object(&[("attempt", bytes(32))], &[]))),
        (
            "pairing",
            (
                wallet("pairing"),
                object(&[("paired", json!({ "type": "boolean" }))], &[("digits", digits.clone())]),
            ),
        ),
        (
            "answer",
            (
                wallet("answer"),
                object(
                    &[("attempt", bytes(32))],
                    &[
                        ("presentation", any.clone()),
                        ("login", any),
                        ("declined", json!({ "const": true })),
                    ],
                ),
            ),
        ),
        ("receipt", (wallet("receipt"), object(&[("nonce", bytes(32))], &[("code", bytes(16))]))),
        ("permission", (wallet("permission"), permission)),
        ("start", (plain(), object(&[("ask", text.clone()), ("flow", flow.clone())], &[]))),
        ("started", (plain(), object(&[("uri", text.clone()), ("expires", number.clone())], &[]))),
        (
            "status",
            (
                plain(),
                object(&[("state", json!({ "enum": states }))], &[("tries", number.clone())]),
            ),
        ),
        ("digits", (plain(), object(&[("digits", digits)], &[]))),
        ("finish", (plain(), object(&[], &[("code", bytes(16))]))),
        ("destination", (plain(), object(&[("to", text.clone())], &[]))),
        (
            "begin",
            (
                plain(),
                object(
                    &[("ask", text.clone()), ("flow", flow)],
                    &[("statement", text.clone()), ("to", text.clone())],
                ),
            ),
        ),
        (
            "began",
            (
                plain(),
                object(
                    &[
                        ("transaction", bytes(32)),
                        ("uri", text.clone()),
                        ("expires", number.clone()),
                    ],
                    &[],
                ),
            ),
        ),
        (
            "account",
            (
                plain(),
                object(
                    &[
                        ("ask", text.clone()),
                        ("purpose", text.clone()),
                        ("label", maybe.clone()),
                        ("pseudonym", text.clone()),
                        ("slot", slot.clone()),
                        (
                            "claims",
                            json!({ "type": "object", "additionalProperties": { "type": ["boolean", "integer", "string", "null"] } }),
                        ),
                        ("statement", maybe.clone()),
                        ("request", text.clone()),
                    ],
                    &[],
                ),
            ),
        ),
        (
            "linked",
            (
                plain(),
                object(
                    &[
                        ("pseudonym", text.clone()),
                        ("label", maybe),
                        ("slot", slot),
                        ("since", number.clone()),
                    ],
                    &[],
                ),
            ),
        ),
        (
            "erased",
            (plain(), object(&[("accounts", number.clone()), ("acts", number.clone())], &[])),
        ),
        ("acts", (plain(), json!({ "type": "array", "items": act }))),
        ("coming", (plain(), object(&[("person", shown.clone())], &[("guardian", shown.clone())]))),
        (
            "application",
            (
                plain(),
                object(
                    &[("person", shown.clone()), ("notice", text.clone())],
                    &[("guardian", shown)],
                ),
            ),
        ),
        (
            "applied",
            (
                plain(),
                object(
                    &[
                        ("code", text.clone()),
                        ("expires", number.clone()),
                        ("tier", json!({ "enum": ["guardian", "supervised", "adult"] })),
                        ("enrolled", flag.clone()),
                        ("demonstration", flag.clone()),
                    ],
                    &[],
                ),
            ),
        ),
        (
            "notice",
            (
                plain(),
                object(
                    &[
                        ("text", text.clone()),
                        ("hash", text.clone()),
                        ("check", text.clone()),
                        ("demonstration", flag.clone()),
                    ],
                    &[],
                ),
            ),
        ),
        ("done", (plain(), object(&[("count", number.clone()), ("demonstration", flag)], &[]))),
        ("form", ("application/x-www-form-urlencoded".to_owned(), json!({ "type": "object" }))),
        ("html", ("text/html".to_owned(), json!({ "type": "string" }))),
    ])
}
