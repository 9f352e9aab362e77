//! The endpoints, as an OpenAPI document. A test compares it with the committed file, and asks the
//! router for each of its operations.

mod schemas;

use std::collections::BTreeMap;

use pairnym_transport::Refusal;
use serde_json::{Map, json};

/// An operation: method, path, for whom, what it does; body and response by the names of
/// [`schemas::all`]; and what it may refuse beyond what every operation may.
struct Operation {
    method: &'static str,
    path: &'static str,
    who: &'static str,
    summary: &'static str,
    body: Option<&'static str>,
    response: (u16, &'static str),
    refusals: &'static [Refusal],
}

const WALLET: &str = "wallet";
const PAGE: &str = "page";
const BACK_END: &str = "back end";
/// Wallets, at the authority's host.
const AT_AUTHORITY: &str = "authority";
const REGISTRAR: &str = "registrar";

const OPERATIONS: &[Operation] = {
    use Refusal::*;
    &[
        Operation {
            method: "get",
            path: "/.well-known/pairnym/{handle}",
            who: WALLET,
            summary: "What is asked",
            body: None,
            response: (200, "question"),
            refusals: &[UnknownRequest, Expired, NotAcceptable],
        },
        Operation {
            method: "post",
            path: "/.well-known/pairnym/{handle}",
            who: WALLET,
            summary: "The answer: a presentation, a login, or declined",
            body: Some("answer"),
            response: (200, "receipt"),
            refusals: &[UnknownRequest, Taken, NotPaired, Expired, Replayed, PairingFailed, Full],
        },
        Operation {
            method: "post",
            path: "/.well-known/pairnym/{handle}/pair",
            who: WALLET,
            summary: "Lock the request and get the digits; a repetition is held up to 25 s",
            body: Some("pair"),
            response: (200, "pairing"),
            refusals: &[UnknownRequest, WrongFlow, Taken, Expired, Replayed, PairingFailed],
        },
        Operation {
            method: "get",
            path: "/.well-known/pairnym/registration",
            who: WALLET,
            summary: "The permission statement",
            body: None,
            response: (200, "permission"),
            refusals: &[NotFound],
        },
        Operation {
            method: "get",
            path: "/.well-known/pairnym/done",
            who: PAGE,
            summary: "The page to which a wallet sends the browser",
            body: None,
            response: (200, "html"),
            refusals: &[],
        },
        Operation {
            method: "post",
            path: "/.well-known/pairnym/done",
            who: PAGE,
            summary: "Where the browser goes with its code; changes nothing",
            body: Some("finish"),
            response: (200, "destination"),
            refusals: &[WrongCode, Expired],
        },
        Operation {
            method: "post",
            path: "/pairnym/start",
            who: PAGE,
            summary: "Begin a request; sets the cookie",
            body: Some("start"),
            response: (200, "started"),
            refusals: &[WrongOrigin, NotFound, WrongFlow, Full],
        },
        Operation {
            method: "get",
            path: "/pairnym/status",
            who: PAGE,
            summary: "The state; with `seen`, once it is another, or after 25 s",
            body: None,
            response: (200, "status"),
            refusals: &[WrongBrowser],
        },
        Operation {
            method: "post",
            path: "/pairnym/digits",
            who: PAGE,
            summary: "The digits that the wallet shows",
            body: Some("digits"),
            response: (200, "status"),
            refusals: &[WrongOrigin, WrongBrowser, WrongDigits, NotPairing, PairingFailed, Expired],
        },
        Operation {
            method: "get",
            path: "/pairnym/ask/{ask}",
            who: PAGE,
            summary: "The page that begins",
            body: None,
            response: (200, "html"),
            refusals: &[NotFound],
        },
        Operation {
            method: "post",
            path: "/pairnym/ask/{ask}",
            who: PAGE,
            summary: "Begin a request by a form with `flow`; sets the cookie",
            body: Some("form"),
            response: (303, "nothing"),
            refusals: &[WrongOrigin, NotFound, WrongFlow, Full],
        },
        Operation {
            method: "get",
            path: "/pairnym/request",
            who: PAGE,
            summary: "The page that shows link, QR code, and how far the request is",
            body: None,
            response: (200, "html"),
            refusals: &[WrongBrowser],
        },
        Operation {
            method: "post",
            path: "/pairnym/request",
            who: PAGE,
            summary: "The digits, by a form with `digits`",
            body: Some("form"),
            response: (303, "nothing"),
            refusals: &[WrongOrigin, WrongBrowser],
        },
        Operation {
            method: "get",
            path: "/pairnym/return",
            who: PAGE,
            summary: "The page that posts the code to where the question returns to",
            body: None,
            response: (200, "html"),
            refusals: &[WrongBrowser, NotFound],
        },
        Operation {
            method: "post",
            path: "/v1/transactions",
            who: BACK_END,
            summary: "Begin a request",
            body: Some("begin"),
            response: (201, "began"),
            refusals: &[NotFound, WrongFlow, WrongOrigin, Full],
        },
        Operation {
            method: "get",
            path: "/v1/transactions/{transaction}",
            who: BACK_END,
            summary: "The state; with `seen`, once it is another, or after 25 s",
            body: None,
            response: (200, "status"),
            refusals: &[UnknownRequest],
        },
        Operation {
            method: "post",
            path: "/v1/transactions/{transaction}/digits",
            who: BACK_END,
            summary: "The digits that the person typed",
            body: Some("digits"),
            response: (200, "status"),
            refusals: &[UnknownRequest, WrongDigits, NotPairing, PairingFailed, Expired],
        },
        Operation {
            method: "post",
            path: "/v1/transactions/{transaction}/redeem",
            who: BACK_END,
            summary: "Take the account, once",
            body: Some("finish"),
            response: (200, "account"),
            refusals: &[
                UnknownRequest,
                WrongCode,
                NotAnswered,
                Replayed,
                Declined,
                PairingFailed,
                Expired,
            ],
        },
        Operation {
            method: "get",
            path: "/v1/accounts/{pseudonym}",
            who: BACK_END,
            summary: "An account, of the application `label` if there is one",
            body: None,
            response: (200, "linked"),
            refusals: &[],
        },
        Operation {
            method: "delete",
            path: "/v1/accounts/{pseudonym}",
            who: BACK_END,
            summary: "Erase everything about a 网号, under whatever label",
            body: None,
            response: (200, "erased"),
            refusals: &[],
        },
        Operation {
            method: "get",
            path: "/v1/accounts/{pseudonym}/acts",
            who: BACK_END,
            summary: "What was signed under a 网号, the oldest first",
            body: None,
            response: (200, "acts"),
            refusals: &[],
        },
        Operation {
            method: "get",
            path: "/.well-known/pairnym-authority",
            who: AT_AUTHORITY,
            summary: "The directory, for comparison with pins",
            body: None,
            response: (200, "authority"),
            refusals: &[],
        },
        Operation {
            method: "get",
            path: "/.well-known/pairnym-authority/lists/{serial}",
            who: AT_AUTHORITY,
            summary: "A parameter list, which never changes",
            body: None,
            response: (200, "list"),
            refusals: &[NotFound],
        },
        Operation {
            method: "post",
            path: "/v1/sessions",
            who: AT_AUTHORITY,
            summary: "The code from the counter's screen becomes a session",
            body: Some("identification"),
            response: (200, "session"),
            refusals: &[WrongCode],
        },
        Operation {
            method: "post",
            path: "/v1/enrollment",
            who: AT_AUTHORITY,
            summary: "Enroll with the session's ticket",
            body: Some("enrollment"),
            response: (204, "nothing"),
            refusals: &[Unauthorized, Expired],
        },
        Operation {
            method: "post",
            path: "/v1/offers",
            who: AT_AUTHORITY,
            summary: "An offer of a credential in the present slot",
            body: None,
            response: (200, "offer"),
            refusals: &[Unauthorized],
        },
        Operation {
            method: "post",
            path: "/v1/credentials",
            who: AT_AUTHORITY,
            summary: "An offer becomes a credential; repeated, the same one",
            body: Some("issuance"),
            response: (200, "credential"),
            refusals: &[Unauthorized, Expired, Full],
        },
        Operation {
            method: "post",
            path: "/v1/evidence",
            who: AT_AUTHORITY,
            summary: "Open evidence sessions; `Location` says where they are answered",
            body: Some("evidence"),
            response: (201, "commitments"),
            refusals: &[Unauthorized, Full],
        },
        Operation {
            method: "post",
            path: "/v1/evidence/{node}",
            who: AT_AUTHORITY,
            summary: "Answer evidence sessions, once",
            body: Some("challenges"),
            response: (200, "responses"),
            refusals: &[Unauthorized, Full],
        },
        Operation {
            method: "get",
            path: "/v1/permissions/{host}",
            who: REGISTRAR,
            summary: "What a platform may ask, signed",
            body: None,
            response: (200, "permission"),
            refusals: &[NotFound],
        },
    ]
};

/// The document (OpenAPI 3.1), as it is in the repository.
#[must_use]
pub fn openapi() -> String {
    let schemas = schemas::all();
    let content = |name: &str| {
        let (media_type, _) = &schemas[name];
        let reference = format!("#/components/schemas/{name}");
        json!({ media_type: { "schema": { "$ref": reference } } })
    };
    let mut paths = Map::new();
    for operation in OPERATIONS {
        let Operation { method, path, who, summary, body, response, refusals } = operation;
        let (status, name) = response;
        let mut described = json!({ "description": summary });
        if *name != "nothing" {
            described["content"] = content(name);
        }
        let mut responses = Map::from_iter([(status.to_string(), described)]);
        let mut codes: BTreeMap<u16, Vec<&str>> = BTreeMap::new();
        let mut everywhere = vec![Refusal::TooMany, Refusal::Unavailable];
        if body.is_some() {
            everywhere.extend([Refusal::Malformed, Refusal::TooLong, Refusal::MediaType]);
        }
        if *who == BACK_END {
            everywhere.push(Refusal::Unauthorized);
            everywhere.retain(|refusal| *refusal != Refusal::TooMany);
        }
        for refusal in refusals.iter().chain(&everywhere) {
            codes.entry(refusal.status()).or_default().push(refusal.code());
        }
        for (status, codes) in codes {
            let problem = json!({ "application/problem+json": { "schema": { "$ref": "#/components/schemas/problem" } } });
            let refused = json!({ "description": codes.join(", "), "content": problem });
            responses.insert(status.to_string(), refused);
        }
        let mut described = json!({ "tags": [who], "summary": summary, "responses": responses });
        let mut parameters: Vec<_> = path.split('/').filter_map(|part| part.strip_prefix('{'))
            .map(|name| json!({ "name": name.trim_end_matches('}'), "in": "path", "required": true, "schema": { "type": "string" } }))
            .collect();
        let query =
            |name: &str| json!({ "name": name, "in": "query", "schema": { "type": "string" } });
        match *name {
            "status" if *method == "get" => parameters.push(query("seen")),
            "linked" | "acts" => parameters.push(query("label")),
            _ => {}
        }
        if !parameters.is_empty() {
            described["parameters"] = parameters.into();
        }
        if let Some(body) = body {
            described["requestBody"] = json!({ "required": true, "content": content(body) });
        }
        if *who == BACK_END || refusals.contains(&Refusal::Unauthorized) {
            described["security"] = json!([{ "token": [] }]);
        }
        let item = paths.entry(*path).or_insert_with(|| json!({}));
        item[*method] = described;
    }
    let mut components: Map<_, _> =
        schemas.into_iter().map(|(name, (_, schema))| (name.to_owned(), schema)).collect();
    let problem = json!({ "type": "object", "required": ["status", "code"], "properties": {
        "title": { "type": "string" }, "status": { "type": "integer" }, "code": { "type": "string" },
        "tries": { "type": "integer" }, "detail": { "type": "string" } } });
    components.insert("problem".to_owned(), problem);
    let document = json!({
        "openapi": "3.1.0",
        "info": {
            "title": "pairnym-platform and pairnym-authority",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "TRANSPORT.md is normative for what wallets and pages call; each operation's tag says who calls it, `authority` being a wallet at the authority's host; the problems of a core message (400, 403, 409, 410) are in SPEC.md §15.",
        },
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": { "token": { "type": "http", "scheme": "bearer" } },
        },
    });
    serde_json::to_string_pretty(&document).unwrap_or_default()
}
