//! The words, after the passphrase; and the backup's file.

use askama::Template;
use axum::extract::State as With;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;
use zeroize::Zeroizing;

use super::html::{Filled, Scene, go_to, page, with_status};
use super::start::new_lock;
use super::{Pages, Trouble};
use crate::texts::Tongue;
use crate::{Failure, Language, Lock, Words};

#[derive(Template)]
#[template(path = "words.html")]
struct WordsPage<'a> {
    s: &'a Scene,
    /// In the person's language first.
    lists: [(&'static str, Vec<&'static str>); 2],
    confirmed: bool,
}

/// The words, in both languages: either restores the same.
pub(super) async fn written(pages: &Pages, scene: &Scene) -> Result<Response, Trouble> {
    let looked = pages.use_wallet(|wallet, _| {
        let (zh, en) = (wallet.words(Language::Chinese)?, wallet.words(Language::English)?);
        Ok((zh, en, wallet.is_backed_up()))
    });
    let (zh, en, confirmed) = looked.await?;
    let listed = |words: &Words| words.iter().collect::<Vec<_>>();
    let (zh, en) = (("zh", listed(&zh)), ("en", listed(&en)));
    let lists = if scene.tongue == Tongue::Zh { [zh, en] } else { [en, zh] };
    Ok(page(scene, &WordsPage { s: scene, lists, confirmed }))
}

#[derive(Deserialize)]
pub(super) struct Proven {
    passphrase: Zeroizing<String>,
}

/// Shows the words to whoever types the passphrase now.
pub(super) async fn words(
    With(pages): With<Pages>,
    scene: Scene,
    Filled(Proven { passphrase }): Filled<Proven>,
) -> Result<Response, Trouble> {
    let lock = Lock::Passphrase(passphrase);
    pages.use_wallet(move |wallet, _| Ok(wallet.check_lock(&lock)?)).await?;
    written(&pages, &scene).await
}

#[derive(Template)]
#[template(path = "confirm.html")]
struct ConfirmPage<'a> {
    s: &'a Scene,
    wrong: bool,
}

/// Where the words are typed back, without seeing them.
pub(super) async fn to_confirm(
    With(pages): With<Pages>,
    scene: Scene,
) -> Result<Response, Trouble> {
    pages.use_wallet(|_, _| Ok(())).await?;
    Ok(page(&scene, &ConfirmPage { s: &scene, wrong: false }))
}

#[derive(Deserialize)]
pub(super) struct Typed {
    words: Zeroizing<String>,
}

/// The words, typed back. What was typed wrongly is not shown again.
pub(super) async fn confirm(
    With(pages): With<Pages>,
    scene: Scene,
    Filled(Typed { words }): Filled<Typed>,
) -> Result<Response, Trouble> {
    let confirm = pages.use_wallet(move |wallet, _| Ok(wallet.confirm_words(&words.parse()?)?));
    match confirm.await {
        Err(Trouble::Failed(Failure::BadBackup)) => {
            let view = ConfirmPage { s: &scene, wrong: true };
            Ok(with_status(StatusCode::UNPROCESSABLE_ENTITY, &scene, &view))
        }
        confirmed => confirmed.map(|()| go_to("/")),
    }
}

#[derive(Template)]
#[template(path = "backup.html")]
struct BackupPage<'a> {
    s: &'a Scene,
    confirmed: bool,
}

pub(super) async fn show(With(pages): With<Pages>, scene: Scene) -> Result<Response, Trouble> {
    let confirmed = pages.use_wallet(|wallet, _| Ok(wallet.is_backed_up())).await?;
    Ok(page(&scene, &BackupPage { s: &scene, confirmed }))
}

#[derive(Deserialize)]
pub(super) struct ForTheFile {
    passphrase: Zeroizing<String>,
    again: Zeroizing<String>,
}

/// The file, encrypted to a passphrase of its own.
pub(super) async fn file(
    With(pages): With<Pages>,
    Filled(ForTheFile { passphrase, again }): Filled<ForTheFile>,
) -> Result<Response, Trouble> {
    let Lock::Passphrase(passphrase) = new_lock(passphrase, &again)? else {
        return Err(Trouble::NotTheSame);
    };
    let made = pages.use_wallet(move |wallet, _| Ok(wallet.backup(&passphrase)?));
    let headers = [
        (header::CONTENT_TYPE, "application/octet-stream"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"pairnym-backup.age\""),
    ];
    Ok((StatusCode::OK, headers, made.await?).into_response())
}
