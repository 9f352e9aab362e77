//! presentation.json (SPEC §§11, 12).

use curve25519_dalek::RistrettoPoint;
use curve25519_dalek::scalar::Scalar;
use pairnym::{
    Message, Purpose, Request, UnixTime,
    attribute::{Condition, Value},
    holder::Consent,
    message::Presentation,
    store::MemoryNonces,
};
use pairnym_testkit::{DAY, NOW, name, received, sent};

use crate::formulas::{
    G, Hash, Key, Mac, Sigma, Wire, attribute_bases, credential_base, encode, encode_value, f,
    holder_secrets, opening_bases, point, scalar, scope, sum, value_scalar,
};
use crate::json::{Json, check, list};
use crate::parameter_list::Slot;
use crate::requests::Fields;
use crate::setting::{
    AUTHORITY, MASTER, OTHER_SEED, PLATFORM, SEED, Setting, eight, four, rotated, run, tossed,
    value_json, values,
};

const TODAY: u64 = NOW.0 / DAY;

#[test]
fn presentation_json() {
    let (none, small, large) =
        (Setting::new(Vec::new()), Setting::new(four()), Setting::new(eight()));
    let with_conditions = asking(&small);
    let only_today = Fields { slots: vec![(small.params_id(), TODAY)], ..Fields::bare(&small) };
    let all_of_four = Fields {
        disclosures: vec!["age_over_18", "assurance", "note", "region"],
        ..Fields::bare(&small)
    };
    let some_of_eight = Fields {
        purpose: Purpose::Other(name("checkout")),
        disclosures: vec!["0-serial", "birth_year", "region"],
        conditions: vec![(0, Condition::Present), (1, Condition::AtMost(2008))],
        ..Fields::bare(&large)
    };
    let all_of_eight = Fields {
        disclosures: vec![
            "0-serial",
            "age_over_18",
            "assurance",
            "birth_year",
            "guardian",
            "name",
            "note",
            "region",
        ],
        ..Fields::bare(&large)
    };

    // In the first slot after a rotation; the list has both keys.
    let two_keys = rotated(TODAY * DAY);
    let old = Setting::on(two_keys.clone(), SEED, MASTER, values(four()));
    let new = Setting::on(two_keys, OTHER_SEED, MASTER, values(eight()));
    let both = Fields { disclosures: vec!["note", "region"], ..Fields::bare(&new) };
    let yesterday = UnixTime(NOW.0 - DAY);

    // A request for the time about the end of a slot: its clock is 600 s ahead of the holder's.
    let tomorrow = (TODAY + 1) * DAY;
    let slots = vec![(small.params_id(), TODAY), (small.params_id(), TODAY + 1)];
    let ahead = Fields { slots, expiry: tomorrow + 300, ..Fields::bare(&small) };

    let presentations = [
        presentation("no attribute", &none, &Fields::bare(&none), NOW, NOW),
        presentation("nothing is disclosed", &small, &Fields::bare(&small), NOW, NOW),
        presentation("three slots, conditions, statement", &small, &with_conditions, NOW, NOW),
        presentation("one slot", &small, &only_today, NOW, NOW),
        presentation("everything is disclosed", &small, &all_of_four, NOW, NOW),
        presentation("some of eight", &large, &some_of_eight, NOW, NOW),
        presentation("all of eight", &large, &all_of_eight, NOW, NOW),
        presentation("a credential of the slot before", &small, &with_conditions, yesterday, NOW),
        presentation("after a rotation, the new key", &new, &both, NOW, NOW),
        presentation("after a rotation, the old key", &old, &both, yesterday, NOW),
        presentation(
            "a credential of the next slot, in the last second of this",
            &small,
            &ahead,
            UnixTime(tomorrow),
            UnixTime(tomorrow - 1),
        ),
    ];
    check(
        "presentation.json",
        "11",
        "Presentations of stored credentials and evidence, in the scope of the request. The \
         witnesses are rho, epsilon, u_0 to u_6, v and the hidden attributes.",
        object! { "presentations": list(presentations) },
    );
}

/// Three slots, two disclosures, conditions that the values meet, a statement and a notice.
pub fn asking<'a>(setting: &Setting) -> Fields<'a> {
    let slots = [TODAY - 1, TODAY, TODAY + 1].map(|t| (setting.params_id(), t));
    Fields {
        label: Some("app-1"),
        purpose: Purpose::Registration,
        slots: slots.into(),
        disclosures: vec!["age_over_18", "assurance"],
        conditions: vec![(0, Condition::Equals(true.into())), (1, Condition::AtLeast(3))],
        statement: Some(b"agreed".to_vec()),
        notice: Some(run(0x12)),
        ..Fields::bare(setting)
    }
}

/// What a presentation says, and with which secrets.
#[derive(Clone)]
pub struct Claim {
    pub nonce: [u8; 32],
    /// The position among the request's slots.
    pub position: u8,
    pub slot: Slot,
    pub digest: [u8; 32],
    /// P_s and z_s.
    pub scope: (RistrettoPoint, Scalar),
    pub N: RistrettoPoint,
    /// All attributes, in the order of the schema.
    pub attributes: Vec<(&'static str, Value)>,
    /// In the order of the request.
    pub disclosures: Vec<&'static str>,
    /// Ā, B̄, R̄1, R̄2.
    pub shown: [RistrettoPoint; 4],
    pub z_bar: Scalar,
    pub rho: Scalar,
    pub e: Scalar,
    /// u_0 … u_6, v.
    pub secrets: Vec<Scalar>,
}

impl Claim {
    pub fn new(
        setting: &Setting,
        fields: &Fields<'static>,
        credential: &[u8],
        item: &[u8],
    ) -> Self {
        let secrets = holder_secrets(&setting.master, AUTHORITY);
        let (P, z) = scope(AUTHORITY, fields.platform, fields.label);
        let (id, t) = (credential[2..34].try_into(), credential[34..42].try_into());
        let slot = (id.unwrap(), u64::from_be_bytes(t.unwrap()));
        let position = fields.slots.iter().position(|other| *other == slot);
        Self {
            nonce: fields.nonce,
            position: position.unwrap_or_default() as u8,
            slot,
            digest: fields.digest(),
            scope: (P, z),
            N: f(&secrets, &z) * P,
            attributes: setting.named(),
            disclosures: fields.disclosures.clone(),
            shown: [34, 66, 98, 130].map(|at| point(item, at)),
            z_bar: scalar(item, 162),
            rho: scalar(item, 194),
            e: Mac::read(credential).e,
            secrets,
        }
    }

    /// Index and value of an attribute.
    fn attribute(&self, name: &str) -> (usize, &Value) {
        let place = self.attributes.iter().position(|(other, _)| *other == name).unwrap();
        (place, &self.attributes[place].1)
    }

    /// Names and values, in the request's order.
    pub fn disclosed(&self) -> Vec<(&'static str, &Value)> {
        self.disclosures.iter().map(|name| (*name, self.attribute(name).1)).collect()
    }

    /// Indices and values, ascending.
    fn hidden(&self) -> Vec<(usize, &Value)> {
        let attributes = self.attributes.iter().enumerate();
        let hidden = attributes.filter(|(_, (name, _))| !self.disclosures.contains(name));
        hidden.map(|(index, (_, value))| (index, value)).collect()
    }

    pub fn transcript(&self) -> Hash {
        let (params_id, t) = self.slot;
        let hash = Hash::new("presentation").part(params_id).u64(t).part(self.digest);
        let list = hash.count(self.disclosures.len());
        let pair = |list: Hash, (name, value)| list.part(name).part(encode_value(value));
        self.disclosed()
            .into_iter()
            .fold(list, pair)
            .point(&self.N)
            .points(&self.shown)
            .scalar(&self.z_bar)
    }

    /// ρ, ε, u_0 … u_6, v, hidden attributes.
    pub fn witnesses(&self) -> Vec<Scalar> {
        let hidden = self.hidden().into_iter().map(|(_, value)| value_scalar(value));
        let secrets = self.secrets.iter().copied();
        [self.rho, self.e * self.rho].into_iter().chain(secrets).chain(hidden).collect()
    }

    /// The left sides of equations (1) and (2).
    pub fn phi(&self, w: &[Scalar]) -> Vec<RistrettoPoint> {
        let H = attribute_bases(self.attributes.len());
        let hidden: Vec<_> = self.hidden().into_iter().map(|(index, _)| H[index]).collect();
        let [A_bar, B_bar, ..] = self.shown;
        let committed = sum(&w[2..10], &opening_bases()) + sum(&w[10..], &hidden);
        let (P, z) = self.scope;
        vec![w[0] * B_bar + w[1] * A_bar - committed, f(&w[2..9], &z) * P]
    }

    /// Their right sides.
    fn targets(&self) -> [RistrettoPoint; 2] {
        let H = attribute_bases(self.attributes.len());
        let disclosed = self.disclosures.iter().map(|name| self.attribute(name));
        let claims: RistrettoPoint = disclosed.map(|(i, value)| value_scalar(value) * H[i]).sum();
        [credential_base(&self.slot.0, self.slot.1) + claims, self.N]
    }

    pub fn prove(&self, coins: &[u8]) -> Sigma {
        Sigma::prove(self.transcript(), self.witnesses(), Some(coins), |w| self.phi(w))
    }

    /// c̄.
    fn evidence_challenge(&self, X: &RistrettoPoint) -> Scalar {
        Hash::new("evidence").point(X).points(&self.shown).h2s()
    }

    /// Equations (1) to (4) of §12.
    pub fn holds(&self, proof: &Sigma, X: &RistrettoPoint) -> bool {
        let ([A_bar, B_bar, R1_bar, R2_bar], z_bar) = (self.shown, self.z_bar);
        let c_bar = self.evidence_challenge(X);
        proof.holds(|w| self.phi(w), &self.targets())
            && z_bar * G - c_bar * X == R1_bar
            && z_bar * A_bar - c_bar * B_bar == R2_bar
    }

    pub fn message(&self, proof: &Sigma) -> Vec<u8> {
        let wire = Wire::new(12).put(self.nonce).u8(self.position);
        let wire = wire.u8(self.disclosures.len() as u8);
        let disclosed = self.disclosed().into_iter();
        let wire = disclosed.fold(wire, |wire, (_, value)| wire.put(encode_value(value)));
        let wire = wire.points(&self.shown).scalars([&self.z_bar]).points([&self.N]);
        let (secrets, hidden) = proof.responses.split_at(10);
        let wire = wire.points(&proof.commitments).scalars(secrets);
        wire.u8(hidden.len() as u8).scalars(hidden).bytes()
    }

    pub fn claims_json(&self) -> Json {
        list(self.disclosed().into_iter().map(|(name, value)| {
            object! { "name": name, "value": value_json(value) }
        }))
    }
}

/// Of a credential that was issued at one time and is shown at another.
fn presentation(
    comment: &'static str,
    setting: &Setting,
    fields: &Fields<'static>,
    issued: UnixTime,
    now: UnixTime,
) -> Json {
    let (credential, evidence) = setting.kept(issued);
    let (credential, item) = (&credential, &evidence[0]);
    let coins = run::<64>(0x14);
    let X = Key::new(&setting.seed).X;
    let claim = Claim::new(setting, fields, credential, item);
    let proof = claim.prove(&coins);
    assert!(claim.holds(&proof, &X));
    let message = claim.message(&proof);
    let stored = [credential, item].map(|encoding| setting.stored(encoding));

    let request = fields.request();
    assert_eq!(known(setting, &stored, &request, now, &coins), message, "{comment}");
    let known = Presentation::from_bytes(&message).unwrap();
    assert_eq!(known.to_bytes(), message);
    let (platform, nonces) = (setting.platform(), MemoryNonces::new(1));
    let last = UnixTime(fields.expiry);
    let verified = platform.verify(&request, &known, last, &nonces).unwrap();
    assert_eq!(verified.pseudonym().to_bytes(), encode(&claim.N));
    assert_eq!((verified.slot().parameters.0, verified.slot().epoch.0), claim.slot);
    assert!(verified.claims().eq(claim.disclosed()));

    let (P, z) = claim.scope;
    object! {
        "comment": comment,
        "seed": setting.seed,
        "master_secret": setting.master,
        "list": setting.list.encode(),
        "stored_credential": &stored[0],
        "stored_evidence": &stored[1],
        "time": now.0,
        "request": fields.encode(),
        "peer": PLATFORM,
        "digest": claim.digest,
        "P": P,
        "z": z,
        "N": claim.N,
        "slot": u64::from(claim.position),
        "params_id": claim.slot.0,
        "t": claim.slot.1,
        "B": credential_base(&claim.slot.0, claim.slot.1),
        "claims": claim.claims_json(),
        "proof": proof.json(),
        "c_bar": claim.evidence_challenge(&X),
        "presentation": message,
    }
}

/// The library's presentation of what is read from storage.
fn known(
    setting: &Setting,
    [credential, item]: &[Vec<u8>; 2],
    request: &Request,
    now: UnixTime,
    coins: &[u8],
) -> Vec<u8> {
    let holder = &setting.holder;
    let credential = holder.load_credential(credential).unwrap();
    let evidence = holder.load_evidence(item).unwrap();
    let from_host = received(request);
    let consent = Consent::to_disclose(&from_host);
    let known = tossed(coins, |rng| holder.present(&credential, evidence, consent, now, rng));
    sent(&known.unwrap()).to_bytes()
}
