//! The endpoints, as an OpenAPI document. A test compares it with the committed file, and asks the
//! router for each of its operations.

mod operations;
mod schemas;

use std::collections::BTreeMap;

use pairnym_transport::Refusal;
use serde_json::{Map, json};

use operations::{AT_COUNTER, BACK_END, COUNTER, OPERATIONS, Operation};

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
        if *who == COUNTER {
            everywhere.retain(|refusal| *refusal != Refusal::TooMany);
        }
        if *who == BACK_END {
            everywhere.push(Refusal::Unauthorized);
            everywhere.retain(|refusal| *refusal != Refusal::TooMany);
        }
        for refusal in refusals.iter().chain(&everywhere) {
            codes.entry(refusal.status()).or_default().push(refusal.code());
        }
        if *who == COUNTER && body.is_some() {
            for (status, code) in AT_COUNTER {
                codes.entry(*status).or_default().push(code);
            }
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
