//! A wallet begins: made, restored, opened; and is closed again.

use askama::Template;
use axum::extract::multipart::{Multipart, MultipartRejection};
use axum::extract::{FromRequest as _, Request, State as With};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;
use zeroize::Zeroizing;

use super::html::{Filled, Scene, go_to, page, with_status};
use super::{Pages, Trouble, answer, backup};
use crate::{Failure, Lock, Wallet, Words};

#[derive(Template)]
#[template(path = "start.html")]
struct StartPage<'a> {
    s: &'a Scene,
    has_pins: bool,
}

/// There is no wallet yet.
pub(super) fn start(pages: &Pages, scene: &Scene) -> Response {
    page(scene, &StartPage { s: scene, has_pins: pages.0.settings.pins.is_some() })
}

#[derive(Template)]
#[template(path = "unlock.html")]
struct UnlockPage<'a> {
    s: &'a Scene,
    link: &'a str,
    wrong: bool,
    idled: bool,
}

/// The wallet is closed. The link is answered once it is open.
pub(super) fn closed(pages: &Pages, scene: &Scene, link: &str, wrong: bool) -> Response {
    let status = if wrong { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let idled = pages.has_idled();
    with_status(status, scene, &UnlockPage { s: scene, link, wrong, idled })
}

/// Two of them that are the same.
pub(super) fn new_lock(
    passphrase: Zeroizing<String>,
    again: &Zeroizing<String>,
) -> Result<Lock, Trouble> {
    if passphrase.is_empty() || passphrase != *again {
        return Err(Trouble::NotTheSame);
    }
    Ok(Lock::Passphrase(passphrase))
}

#[derive(Deserialize)]
pub(super) struct Created {
    passphrase: Zeroizing<String>,
    again: Zeroizing<String>,
}

/// Makes a wallet, and shows its words.
pub(super) async fn create(
    With(pages): With<Pages>,
    mut scene: Scene,
    Filled(Created { passphrase, again }): Filled<Created>,
) -> Result<Response, Trouble> {
    let lock = new_lock(passphrase, &again)?;
    if pages.is_open() {
        return Err(Failure::Exists.into());
    }
    let create = move |settings: &super::Settings, now| {
        let pins = settings.pins.clone().ok_or(Failure::Missing)?;
        Wallet::create(&settings.folder, &lock, settings.cost, pins, now)
    };
    pages.open(create).await?;
    scene.open = true;
    backup::written(&pages, &scene).await
}

#[derive(Default)]
struct Restored {
    words: Zeroizing<String>,
    passphrase: Zeroizing<String>,
    again: Zeroizing<String>,
    file: Vec<u8>,
    file_passphrase: Zeroizing<String>,
}

impl Restored {
    async fn read(mut form: Multipart) -> Result<Self, Trouble> {
        let mut restored = Self::default();
        let failed =
            |error: axum::extract::multipart::MultipartError| Trouble::of_form(error.status());
        while let Some(field) = form.next_field().await.map_err(failed)? {
            let name = field.name().unwrap_or_default().to_owned();
            if name == "file" {
                restored.file = field.bytes().await.map_err(failed)?.to_vec();
                continue;
            }
            let text = Zeroizing::new(field.text().await.map_err(failed)?);
            match name.as_str() {
                "words" => restored.words = text,
                "passphrase" => restored.passphrase = text,
                "again" => restored.again = text,
                "file_passphrase" => restored.file_passphrase = text,
                _ => {}
            }
        }
        Ok(restored)
    }
}

/// Makes a wallet out of the words, and the file if there is one.
pub(super) async fn restore(
    With(pages): With<Pages>,
    request: Request,
) -> Result<Response, Trouble> {
    let form = Multipart::from_request(request, &pages).await;
    let form =
        form.map_err(|rejection: MultipartRejection| match rejection.into_response().status() {
            // Any other form.
            StatusCode::BAD_REQUEST => Trouble::MediaType,
            status => Trouble::of_form(status),
        })?;
    let Restored { words, passphrase, again, file, file_passphrase } = Restored::read(form).await?;
    let lock = new_lock(passphrase, &again)?;
    let words: Words = words.parse()?;
    if pages.is_open() {
        return Err(Failure::Exists.into());
    }
    let restore = move |settings: &super::Settings, now| {
        let (folder, cost) = (&settings.folder, settings.cost);
        if file.is_empty() {
            let pins = settings.pins.clone().ok_or(Failure::BadBackup)?;
            return Wallet::restore_words(folder, &lock, cost, &words, pins, now);
        }
        Wallet::restore(folder, &lock, cost, &words, (&file, &file_passphrase), now)
    };
    pages.open(restore).await?;
    Ok(go_to("/"))
}

#[derive(Deserialize)]
pub(super) struct Unlocked {
    passphrase: Zeroizing<String>,
    #[serde(default)]
    link: String,
}

/// Opens the wallet, and goes on with the link.
pub(super) async fn unlock(
    With(pages): With<Pages>,
    scene: Scene,
    Filled(Unlocked { passphrase, link }): Filled<Unlocked>,
) -> Result<Response, Trouble> {
    let lock = Lock::Passphrase(passphrase);
    match pages.open(move |settings, _| Wallet::open(&settings.folder, &lock)).await {
        Err(Trouble::Failed(Failure::WrongPassphrase)) => {
            return Ok(closed(&pages, &scene, &link, true));
        }
        opened => opened?,
    }
    if link.is_empty() { Ok(go_to("/")) } else { answer::fetched(&pages, link).await }
}

/// Closes the wallet.
pub(super) async fn lock(With(pages): With<Pages>) -> Response {
    pages.close().await;
    go_to("/")
}
