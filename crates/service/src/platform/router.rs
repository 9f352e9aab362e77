//! The router: wallets, pages, and what all responses have in common.

use axum::Router;
use axum::middleware::from_fn_with_state;

use super::{Service, pages, wallet};
use crate::http::every_call;

impl Service {
    /// What wallets call at the platform's host, below `/.well-known/pairnym/`, and its pages at the
    /// platform's origins, below `/pairnym/`. To be merged into a program's own router, not nested;
    /// what is at other paths is not touched.
    pub fn router(&self) -> Router {
        Router::new()
            .merge(wallet::routes())
            .merge(wallet::done_routes())
            .merge(pages::routes())
            .layer(from_fn_with_state(self.0.metrics.clone(), every_call))
            .with_state(self.clone())
    }
}
