//! What is logged and counted of a call: its route template, method, status, problem and time.
//! Never its path, address, headers or body, in which handles, codes, 网号s and claims are.

use std::time::Instant;

use axum::extract::{MatchedPath, Request};
use axum::response::Response;

use crate::Metrics;
use crate::problem::ProblemCode;

/// A call that has begun.
pub(crate) struct Call {
    began: Instant,
    method: &'static str,
    route: Option<MatchedPath>,
}

impl Call {
    pub(crate) fn begun(request: &Request) -> Self {
        // Only the methods that exist: others are texts of the client's.
        let method = match request.method().as_str() {
            "GET" => "GET",
            "HEAD" => "HEAD",
            "POST" => "POST",
            "DELETE" => "DELETE",
            "OPTIONS" => "OPTIONS",
            _ => "other",
        };
        let route = request.extensions().get::<MatchedPath>().cloned();
        Self { began: Instant::now(), method, route }
    }

    pub(crate) fn ended(self, response: &Response, metrics: &Metrics) {
        let Self { began, method, route } = self;
        let route = route.as_ref().map_or("none", MatchedPath::as_str);
        let (status, took) = (response.status().as_u16(), began.elapsed());
        metrics.call(method, route, status, took);
        let code = response.extensions().get::<ProblemCode>().map(|code| &*code.0);
        if let Some(code) = code {
            metrics.problem(code);
        }
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        tracing::info!(method, route, status, code, micros, "call");
    }
}
