//! The verification of a presentation (SPEC §12).

use alloc::vec::Vec;

use curve25519_dalek::scalar::Scalar;

use super::{Answer, Fitting, Place, Verifier};
use crate::answer::presentation::{
    self, MULTIPLE, POINT, Presentation, PresentationRelation, transcript,
};
use crate::credential::attributes::Value;
use crate::credential::evidence::item;
use crate::credential::key::KeyRelation;
use crate::error::Error;
use crate::group::Element;
use crate::group::transcript::Transcript;
use crate::parameters::{AuthorityParameters, credential_base};
use crate::platform::verified::Verified;
use crate::request::message::Request;
use crate::request::purpose::Wanted;
use crate::sigma::batch::{Fixed, Fold, Member, Tables, verify_alone};
use crate::store::nonces::Unspent;
use crate::time::{Slot, UnixTime};

impl Answer for Presentation {
    type Checked = Unspent<Verified>;
    type Fitting<'a> = FittingPresentation<'a>;

    fn fit<'a>(
        &'a self,
        verifier: &Verifier,
        request: &'a Request,
        now: UnixTime,
    ) -> Result<FittingPresentation<'a>, Error> {
        verifier.check_request(request, Wanted::Presentation)?;
        verifier.list.check_until(now)?;
        request.check_time(now)?;
        let slot = self.slot(request)?;
        let (entry, begun) = verifier.entry(slot)?;
        let disclosed = self.disclosed(request, entry.schema())?;
        let (scope, point) = verifier.scope(request);
        let places = Places {
            scope,
            point,
            epoch: verifier.credential_base(slot),
            key: Place::Table(begun.key),
        };
        let (presentation, evidence) = (begun.presentation.clone(), &begun.evidence);
        Ok(FittingPresentation::new(self, request, slot, disclosed, places, presentation, evidence))
    }
}

/// The places of the bases that depend on scope, slot and key; and z_s.
struct Places {
    scope: Place,
    point: Scalar,
    epoch: Place,
    key: Place,
}

/// A presentation that fits its request, with its challenges.
pub struct FittingPresentation<'a> {
    presentation: &'a Presentation,
    request: &'a Request,
    slot: &'a Slot,
    disclosed: Vec<(u8, &'a Value)>,
    places: Places,
    pub(super) evidence_challenge: Scalar,
    pub(super) challenge: Scalar,
}

impl<'a> FittingPresentation<'a> {
    fn new(
        presentation: &'a Presentation,
        request: &'a Request,
        slot: &'a Slot,
        disclosed: Vec<(u8, &'a Value)>,
        places: Places,
        begun: Transcript,
        begun_evidence: &Transcript,
    ) -> Self {
        let Presentation { disclosed: values, evidence, pseudonym, proof, .. } = presentation;
        let transcript = transcript(begun, slot.epoch, request, values, pseudonym, evidence);
        let evidence_challenge = evidence.challenge(begun_evidence);
        let challenge = proof.challenge(transcript);
        Self { presentation, request, slot, disclosed, places, evidence_challenge, challenge }
    }
}

impl Member for FittingPresentation<'_> {
    fn scalars(&self, transcript: Transcript) -> Transcript {
        let proof = &self.presentation.proof.responses;
        let evidence = &self.presentation.evidence.proof.responses;
        transcript
            .count(2 + evidence.len() + proof.len())
            .part(self.evidence_challenge.as_bytes())
            .parts(evidence)
            .part(self.challenge.as_bytes())
            .parts(proof)
    }

    fn fold<'a>(&'a self, fold: &mut Fold<'a>) {
        let Presentation { evidence, pseudonym, proof, .. } = self.presentation;
        let Places { scope, point, epoch, key } = &self.places;
        fold.own([&evidence.point, &evidence.multiple, pseudonym.element()].map(Element::point));
        let relation = PresentationRelation {
            attributes: self.presentation.attributes(),
            disclosed: &self.disclosed,
            epoch: epoch.base(fold),
            scope: scope.base(fold),
            point,
        };
        fold.add(&relation, &self.challenge, &proof.commitments, &proof.responses);
        let relation = KeyRelation { key: key.base(fold), point: POINT, multiple: MULTIPLE };
        let proof = &evidence.proof;
        fold.add(&relation, &self.evidence_challenge, &proof.commitments, &proof.responses);
    }
}

impl Fitting for FittingPresentation<'_> {
    type Checked = Unspent<Verified>;

    fn tables(verifier: &Verifier) -> &Tables {
        &verifier.tables
    }

    fn checked(&self) -> Unspent<Verified> {
        let verified = Verified {
            pseudonym: *self.presentation.pseudonym(),
            slot: *self.slot,
            claims: self.presentation.claims(self.request),
            request: self.request.digest(),
        };
        Unspent::new(*self.request.nonce(), self.request.expires(), verified)
    }
}

/// Steps 1, 3 and 4 of §12 with nothing but request, answer and parameters: what the holder checks
/// before a presentation leaves, and what is checked for an act. `fixed` are the generators, at
/// least those for the schema. Variable-time.
pub(crate) fn verify_presentation_alone(
    presentation: &Presentation,
    request: &Request,
    parameters: &AuthorityParameters,
    fixed: Fixed<'_>,
) -> Result<Slot, Error> {
    let slot = presentation.slot(request)?;
    if parameters.authority() != request.authority() {
        return Err(Error::ForeignAuthority);
    }
    if slot.parameters != *parameters.id() {
        return Err(Error::ForeignParameters);
    }
    let disclosed = presentation.disclosed(request, parameters.schema())?;
    let scope = request.scope();
    let places = Places {
        scope: Place::own(*scope.base()),
        point: *scope.point(),
        epoch: Place::own(credential_base(slot)),
        key: Place::own(*parameters.key().point()),
    };
    let (begun, evidence) = (presentation::begin(parameters.id()), item::begin(parameters.key()));
    let fitting =
        FittingPresentation::new(presentation, request, slot, disclosed, places, begun, &evidence);
    if verify_alone(&fitting, fixed) { Ok(*slot) } else { Err(Error::Rejected) }
}
