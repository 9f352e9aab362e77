//! The account, for a handler of one's own.

use axum::Form;
use axum::extract::{FromRef, FromRequest, Request};
use axum::response::{IntoResponse, Response};
use pairnym_transport::pages::Finish;

use super::{Account, Service, html, pages};
use crate::Refused;
use crate::body::Posted;

/// The end of a request, as an extractor: the account that was verified, for the browser that
/// began. Its handler is at the `return_to` of a question; the page posts to it, with its cookie and,
/// on the same device, the code, as a form or as JSON ([`Finish`]).
///
/// ```
/// use axum::{Router, routing::post};
/// use pairnym_service::platform::{Redeemed, Service};
///
/// async fn welcome(Redeemed(account): Redeemed) -> String {
///     format!("You are {}.", account.pseudonym) // and set a session's cookie of your own
/// }
///
/// fn app(service: Service) -> Router {
///     let own = Router::new().route("/welcome", post(welcome)).with_state(service.clone());
///     own.merge(service.router())
/// }
/// ```
///
/// Refused as [`Service::redeem`]; with `wrong_origin` if another site posts; with `wrong_browser`
/// if another browser does. A form that is refused gets a page, JSON a problem document.
///
/// **A re-verification must give the 网号 of the session's account**, which the handler compares.
#[derive(Debug)]
pub struct Redeemed(pub Account);

impl<S: Sync> FromRequest<S> for Redeemed
where
    Service: FromRef<S>,
{
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Self, Response> {
        let service = Service::from_ref(state);
        let (headers, form) = (request.headers().clone(), pages::is_form(&request));
        let redeem = async {
            pages::origin(&service, &headers)?;
            let Finish { code } = match form {
                true => of_form(request).await?,
                false => Posted::from_request(request, state).await?.0,
            };
            let transaction = pages::transaction(&service, &headers)?;
            service.redeem(&transaction, code.as_ref()).await.map_err(pages::of_browser)
        };
        redeem.await.map(Self).map_err(|refused| match form {
            true => html::problem(&service, &headers, &refused, None),
            false => refused.into_response(),
        })
    }
}

/// Without a code its field is empty.
async fn of_form(request: Request) -> Result<Finish, Refused> {
    #[derive(serde::Deserialize)]
    struct Fields {
        #[serde(default)]
        code: String,
    }
    let form = Form::<Fields>::from_request(request, &()).await.map_err(pages::form_refusal)?;
    let code = match &*form.0.code {
        "" => None,
        code => Some(code.parse().map_err(|_| pairnym_transport::Refusal::Malformed)?),
    };
    Ok(Finish { code })
}
