//! Acts: what anybody can verify again.

use pairnym::{
    AuthorityParameters,
    message::{Login, Presentation},
    platform::Act,
};
use serde::Deserialize;

use crate::Answer;
use crate::coins::Coins;
use crate::json::Bytes;
use crate::messages::{pseudonym, read, shown};
use crate::world::{Run, World};

/// An act by a presentation.
#[derive(Deserialize)]
pub struct CheckPresentation {
    request: Bytes,
    presentation: Bytes,
    parameters: Bytes,
}

impl Run for CheckPresentation {
    fn run(self, _: &mut World, _: &mut Coins) -> Answer {
        let request: pairnym::Request = read(&self.request)?;
        let presentation: Presentation = read(&self.presentation)?;
        let parameters: AuthorityParameters = read(&self.parameters)?;
        let act = Act::of_presentation(&request, &presentation, &parameters)?;
        Ok(shown(act.pseudonym(), act.slot(), act.claims()))
    }
}

/// An act by a login.
#[derive(Deserialize)]
pub struct CheckLogin {
    request: Bytes,
    login: Bytes,
}

impl Run for CheckLogin {
    fn run(self, _: &mut World, _: &mut Coins) -> Answer {
        let request: pairnym::Request = read(&self.request)?;
        let login: Login = read(&self.login)?;
        Ok(pseudonym(Act::of_login(&request, &login)?.pseudonym()))
    }
}
