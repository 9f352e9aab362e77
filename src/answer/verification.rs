//! Verification: the hot path (SPEC §12).
//!
//! A [`Verifier`] has tables for every base that many presentations share: G, V, U_k, H_i, the X of
//! every entry on the list, the P_s of the platform's applications and the B_t of the slots it was
//! prepared for. A presentation adds its seven points (and P_s or B_t where there is no table for
//! it), a login its two.
//!
//! An answer is verified in two steps: [`Answer::fit`] does all but the equations, each answer by
//! itself; then the equations of any number of [`Fitting`] answers are checked together. All that
//! is left for the platform is to use up the nonce.

use alloc::boxed::Box;
use alloc::vec::Vec;

use curve25519_dalek::ristretto::RistrettoPoint;
use curve25519_dalek::scalar::Scalar;

use super::presentation;
use crate::answer::login;
use crate::credential::evidence::item;
use crate::error::Error;
use crate::group::generators::generators;
use crate::group::transcript::Transcript;
use crate::name::{Name, PlatformId};
use crate::parameters::list::ParameterList;
use crate::parameters::{AuthorityParameters, credential_base};
use crate::pseudonym::scope::Scope;
use crate::request::message::Request;
use crate::request::purpose::Wanted;
use crate::sigma::batch::{self, Fold, Member, Tables};
use crate::sigma::relation::Base;
use crate::time::{Slot, UnixTime};

mod presenting;
mod returning;
#[cfg(test)]
mod tests;

pub(crate) use presenting::verify_presentation_alone;
pub(crate) use returning::verify_login_alone;

/// How a person answers a request: with a [`Presentation`], which gives an
/// [`Unspent`]`<`[`Verified`]`>`, or with a [`Login`], which gives a [`Visitor`]. There are no
/// other answers.
///
/// [`Presentation`]: crate::message::Presentation
/// [`Login`]: crate::message::Login
/// [`Unspent`]: crate::store::Unspent
/// [`Verified`]: crate::platform::Verified
/// [`Visitor`]: crate::platform::Visitor
pub trait Answer: Sized + Sync {
    /// What the platform has once the equations hold and before the nonce is used up.
    type Checked: Send;
    /// The answer with its challenges.
    #[doc(hidden)]
    type Fitting<'a>: Fitting<Checked = Self::Checked>
    where
        Self: 'a;

    /// Everything but the equations (§12, steps 2 and 3), and the challenges.
    #[doc(hidden)]
    fn fit<'a>(
        &'a self,
        verifier: &Verifier,
        request: &'a Request,
        now: UnixTime,
    ) -> Result<Self::Fitting<'a>, Error>;
}

/// An answer that fits its request; its equations are still to be checked (§12, step 4).
pub trait Fitting: Member + Send + Sync {
    /// What the platform has once they hold.
    type Checked;

    /// The tables for the fixed bases of the equations.
    fn tables(verifier: &Verifier) -> &Tables;

    /// To be called when the equations hold.
    fn checked(&self) -> Self::Checked;
}

/// Everything that stays the same from one verification to the next.
pub struct Verifier {
    list: ParameterList,
    platform: PlatformId,
    scopes: Vec<Scope>,
    slots: Vec<Slot>,
    /// Of the entries of the list, in its order.
    begun: Vec<Begun>,
    /// Where the tables of the scopes begin; those of the slots follow.
    scopes_at: usize,
    tables: Tables,
    /// P_s alone, for logins.
    scope_tables: Tables,
    login: Transcript,
    weights: Transcript,
}

/// What is the same in the transcripts of all answers under one entry, and the place of its X.
struct Begun {
    presentation: Transcript,
    evidence: Transcript,
    key: usize,
}

/// A base that has a table, or has none and is one more point of the member's own.
enum Place {
    Table(usize),
    Own(Box<RistrettoPoint>),
}

impl Place {
    fn own(point: RistrettoPoint) -> Self {
        Self::Own(Box::new(point))
    }

    fn base<'a>(&'a self, fold: &mut Fold<'a>) -> Base {
        match self {
            Self::Table(index) => Base::Fixed(*index),
            Self::Own(point) => fold.another(point),
        }
    }
}

impl Verifier {
    /// With tables for these labels, and for those of the slots that are on the list.
    pub(crate) fn new(
        list: ParameterList,
        platform: PlatformId,
        labels: &[Name],
        mut slots: Vec<Slot>,
    ) -> Self {
        let labels = core::iter::once(None).chain(labels.iter().copied().map(Some));
        let scope = |label| Scope::new(*list.authority(), platform, label);
        let scopes: Vec<_> = labels.map(scope).collect();
        let scope_bases: Vec<_> = scopes.iter().map(|scope| *scope.base()).collect();
        slots.retain(|slot| list.find(&slot.parameters).is_some());
        let mut fixed = generators(list.attributes());
        // The newest key first: a single verification skips the tables after the last that it
        // uses, and so it is with the slots.
        let newest = fixed.len() + list.entries().len() - 1;
        let begun = |(index, entry): (usize, &AuthorityParameters)| Begun {
            presentation: presentation::begin(entry.id()),
            evidence: item::begin(entry.key()),
            key: newest - index,
        };
        let entries: Vec<_> = list.entries().map(|entry| entry.parameters()).collect();
        let begun = entries.iter().copied().enumerate().map(begun).collect();
        fixed.extend(entries.iter().rev().map(|entry| entry.key().point()));
        let scopes_at = fixed.len();
        fixed.extend_from_slice(&scope_bases);
        fixed.extend(slots.iter().map(credential_base));
        let tables = Tables::new(&fixed);
        let scope_tables = Tables::new(&scope_bases);
        let weights = batch::begin(None);
        Self {
            list,
            platform,
            scopes,
            slots,
            begun,
            scopes_at,
            tables,
            scope_tables,
            login: login::begin(),
            weights,
        }
    }

    pub(crate) const fn list(&self) -> &ParameterList {
        &self.list
    }

    pub(crate) const fn platform(&self) -> &PlatformId {
        &self.platform
    }

    /// The same with tables for these applications and slots.
    pub(crate) fn prepare(&self, labels: &[Name], slots: Vec<Slot>) -> Self {
        let mut prepared = Self::new(self.list.clone(), self.platform, labels, slots);
        prepared.weights = self.weights.clone();
        prepared
    }

    /// The same with another list, and tables for what is still on it.
    pub(crate) fn with_list(&self, list: ParameterList) -> Self {
        let labels: Vec<_> = self.scopes.iter().filter_map(|s| s.label().copied()).collect();
        let mut renewed = Self::new(list, self.platform, &labels, self.slots.clone());
        renewed.weights = self.weights.clone();
        renewed
    }

    /// From now on, weights depend on this secret.
    pub(crate) fn set_secret(&mut self, secret: &[u8; 32]) {
        self.weights = batch::begin(Some(secret));
    }

    /// The place among the prepared scopes.
    fn prepared(&self, request: &Request) -> Option<usize> {
        self.scopes.iter().position(|scope| scope.label() == request.label())
    }

    /// P_s and z_s.
    fn scope(&self, request: &Request) -> (Place, Scalar) {
        match self.prepared(request) {
            Some(index) => (Place::Table(self.scopes_at + index), *self.scopes[index].point()),
            None => {
                let scope = request.scope();
                (Place::own(*scope.base()), *scope.point())
            }
        }
    }

    /// B_t.
    fn credential_base(&self, slot: &Slot) -> Place {
        match self.slots.iter().position(|prepared| prepared == slot) {
            Some(index) => Place::Table(self.scopes_at + self.scopes.len() + index),
            None => Place::own(credential_base(slot)),
        }
    }

    /// The entry of a slot on the present list.
    fn entry(&self, slot: &Slot) -> Result<(&AuthorityParameters, &Begun), Error> {
        let mut entries = self.list.entries().map(|entry| entry.parameters()).zip(&self.begun);
        entries.find(|(entry, _)| *entry.id() == slot.parameters).ok_or(Error::ForeignParameters)
    }

    /// Whether this is a request of this platform that wants this kind of answer (§12, step 2).
    fn check_request(&self, request: &Request, wanted: Wanted) -> Result<(), Error> {
        if *request.platform() != self.platform {
            return Err(Error::ForeignPlatform);
        }
        if request.authority() != self.list.authority() {
            return Err(Error::ForeignAuthority);
        }
        request.check_wanted(wanted)
    }

    /// Whether all the equations hold.
    pub(crate) fn holds<F: Fitting>(&self, answer: &F) -> bool {
        batch::verify(&[answer], F::tables(self), &self.weights)
    }

    /// The answers whose equations do not hold, ascending.
    pub(crate) fn find_bad<F: Fitting>(&self, answers: &[&F]) -> Vec<usize> {
        batch::find_bad(answers, F::tables(self), &self.weights)
    }

    /// The same on all threads of the current pool, which share the answers out.
    #[cfg(feature = "rayon")]
    pub(crate) fn par_find_bad<F: Fitting>(&self, answers: &[&F]) -> Vec<usize> {
        use rayon::prelude::*;

        // Smaller parts cost more for each answer; larger ones no less, and share out worse.
        let size = answers.len().div_ceil(rayon::current_num_threads()).clamp(32, 1024);
        let parts = answers.par_chunks(size).enumerate();
        let bad = parts.flat_map_iter(|(part, answers)| {
            self.find_bad(answers).into_iter().map(move |index| part * size + index)
        });
        bad.collect()
    }
}
