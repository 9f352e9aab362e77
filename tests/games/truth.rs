use std::collections::HashMap;

use curve25519_dalek::RistrettoPoint;
use curve25519_dalek::scalar::Scalar;
use pairnym::hazmat::sigma::{Base, Bases};
use pairnym::hazmat::{LoginRelation, Transcript, evaluate, generators, holder_scalars};
use pairnym::{holder::*, message::*, *};
use pairnym_testkit::{
    NOW, authority_id, credential, host, issued, received, seeded, sent, values,
};

use crate::lab::{
    Fields, Item, Mac, Presented, Shown, Sigma, Stage, challenge, encode, image, prove_with,
    scalar, stored, target,
};

/// A person who is enrolled, and what the authority's files say.
struct Enrolled {
    holder: Holder,
    /// u_0 … u_6, v.
    opening: [Scalar; 8],
    credential: Credential,
    evidence: Vec<Evidence>,
    mac: Mac,
    /// C_u.
    C: RistrettoPoint,
}

/// An authority that enrolled some persons, and a platform whose one request they answer.
struct Office {
    stage: Stage,
    persons: Vec<Enrolled>,
}

impl Office {
    /// Person 0 is the stage's own.
    fn new() -> Self {
        let stage = Stage::new();
        let person = |seed: u8| {
            let master = MasterSecret::import([seed; 32]);
            let authority = &stage.world.authority;
            let holder = Holder::new(&master, authority.list().clone()).unwrap();
            let (credential, evidence) =
                credential(authority, &holder, values(), NOW, &mut seeded(seed.into()));
            Enrolled {
                opening: *holder_scalars(&HolderSecrets::derive(&master, &authority_id())),
                mac: Mac::of(&holder, &credential),
                C: Fields(&holder.commitment().to_bytes()).point(),
                holder,
                credential,
                evidence,
            }
        };
        let persons = (2..6).map(person).collect();
        Self { stage, persons }
    }

    fn item(&self, person: usize) -> Item {
        let person = &self.persons[person];
        Item::of(&person.holder, &person.evidence[0], &self.stage.X())
    }

    /// A device without any check of its own: it proves with what it finds in its memory. `rho`
    /// and `e` and `hidden` are what it finds; secrets and 网号 are the person's own.
    fn unchecked(
        &self,
        person: usize,
        shown: Shown,
        [rho, e]: [Scalar; 2],
        hidden: [Scalar; 2],
    ) -> Presented {
        let opening = &self.persons[person].opening;
        let f = opening[..7].iter().rev().fold(Scalar::ZERO, |sum, u| sum * self.stage.z + u);
        let witnesses = [&[rho, e * rho][..], opening, &hidden].concat();
        self.stage.answer(shown, f * self.stage.P, &witnesses, &mut seeded(100))
    }

    /// D_1, D_2 of Lemma S6.3: c⁻¹·(φ(ŵ) − T) − Y. It takes the message and the request, and no
    /// secret of anybody's.
    fn differences(&self, answer: &Presented) -> [RistrettoPoint; 2] {
        let stage = &self.stage;
        let own = stage.own(&answer.shown, answer.N);
        let bases = Bases { fixed: &stage.fixed, own: &own };
        let relation = stage.relation();
        let inverse = challenge(&answer.transcript(&stage.request), &answer.T).invert();
        let (left, Y) = (image(&relation, &bases, &answer.responses), target(&relation, &bases));
        [0, 1].map(|j| inverse * (left[j] - answer.T[j]) - Y[j])
    }

    /// The platform refuses the message, and D_1 is there all the same.
    fn refused(&self, answer: &Presented) -> RistrettoPoint {
        assert_eq!(self.stage.verdict(&self.stage.request, answer), Err(Error::Rejected));
        let [D, none] = self.differences(answer);
        assert!(none == RistrettoPoint::default(), "the 网号 is the person's own");
        D
    }

    /// The same through the library's own holder: the error, and the evidence, if it came back.
    fn present(&self, person: usize, of: usize, item: Evidence) -> (Error, Option<Evidence>) {
        let from_host = received(&self.stage.request);
        let consent = Consent::to_disclose(&from_host);
        let (holder, credential) = (&self.persons[person].holder, &self.persons[of].credential);
        let refused = holder.present(credential, item, consent, NOW, &mut seeded(101)).unwrap_err();
        (refused.error(), refused.into_evidence())
    }
}

/// ± 2^i of a point, with the sign and i.
fn powers(point: RistrettoPoint) -> impl Iterator<Item = (RistrettoPoint, (bool, usize))> {
    let doubled = std::iter::successors(Some(point), |point| Some(point + point));
    doubled.take(256).enumerate().flat_map(|(i, point)| [(point, (true, i)), (-point, (false, i))])
}

/// The scalar with one bit of its encoding flipped, if it is still canonical.
fn flipped(scalar: &Scalar, bit: usize) -> Option<Scalar> {
    let mut bytes = scalar.to_bytes();
    bytes[bit / 8] ^= 1 << (bit % 8);
    Scalar::from_canonical_bytes(bytes).into_option()
}

/// S6.3, and what the other games rest on: of a true statement D is (O, O), whoever it is about,
/// and the platform accepts. So D tells nobody anything.
#[test]
fn a_true_statement_leaves_no_difference() {
    let office = Office::new();
    for person in 0..4 {
        let Item { shown, rho } = office.item(person);
        let e = office.persons[person].mac.e;
        let answer = office.unchecked(person, shown, [rho, e], office.stage.hidden);
        assert!(office.differences(&answer) == [RistrettoPoint::default(); 2]);
        assert!(office.stage.verdict(&office.stage.request, &answer).is_ok());
    }
}

/// S6.3 (`presentation_foreign_credential`): a guardian's device that shows a child's credential
/// without a check tells everybody C_child − C_guardian, and whoever saw the two C_u knows both.
/// The library's holder refuses at every door through which the credential could come.
#[test]
fn another_persons_credential_names_both_persons() {
    let mut office = Office::new();
    let (guardian, child) = (1, 3);
    let Item { shown, rho } = office.item(child);
    let e = office.persons[child].mac.e;
    let answer = office.unchecked(guardian, shown, [rho, e], office.stage.hidden);
    let D = office.refused(&answer);
    let pairs = (0..4).flat_map(|i| (0..4).map(move |j| (i, j)));
    let fits = |(i, j): &(usize, usize)| D == office.persons[*i].C - office.persons[*j].C;
    assert_eq!(pairs.filter(fits).collect::<Vec<_>>(), [(child, guardian)]);
    // And under whose 网号: the guardian's, whom the platform may know.
    let known = office.persons[guardian].holder.pseudonym(&office.stage.world.host, None).unwrap();
    assert_eq!(known.to_bytes(), encode(&answer.N));

    let item = office.persons[child].evidence.pop().unwrap();
    let stored_item = office.persons[child].holder.store_evidence(&item);
    let (error, back) = office.present(guardian, child, item);
    assert_eq!(error, Error::ForeignCredential);
    // Nothing was used up: the child can show the same item.
    let back = office.persons[child].holder.store_evidence(&back.unwrap());
    assert_eq!(back, stored_item);
    let [guardian, child] = [guardian, child].map(|person| &office.persons[person]);
    let bytes = child.holder.store_credential(&child.credential);
    let mac =
        |error: Error| matches!(error, Error::Decode(error) if error.reason() == DecodeReason::Mac);
    assert!(mac(guardian.holder.load_credential(&bytes).unwrap_err()));
    assert!(mac(guardian.holder.load_evidence(&stored_item).unwrap_err()));
    // Also with the guardian's own MAC.
    let body = &bytes[..bytes.len() - 32];
    let moved = stored(&[3; 32], &authority_id(), body);
    let refused = guardian.holder.load_credential(&moved).unwrap_err();
    assert_eq!(refused, Error::ForeignCredential);
    let fresh = issued(&office.stage.world.authority, &child.holder, values(), NOW, &mut seeded(1));
    let refused = guardian.holder.request_evidence(&fresh, &mut seeded(102)).unwrap_err();
    assert_eq!(refused, Error::ForeignCredential);
}

/// S6.3 (`presentation_faulted_e`): each flipped bit of e tells everybody A but for some 500
/// candidates, and the authority whose it is. The library's holder does not read such a credential
/// back, whether the MAC is that of the bytes before or was made anew by the device itself.
#[test]
fn a_flipped_bit_of_e_names_the_person() {
    let office = Office::new();
    // ±2^i·A of everybody.
    let mut files = HashMap::new();
    for (number, person) in office.persons.iter().enumerate() {
        files.extend(powers(person.mac.A).map(|(point, how)| (encode(&point), (number, how))));
    }
    let number = 2;
    let Enrolled { holder, credential, mac, .. } = &office.persons[number];
    let bytes = holder.store_credential(credential);
    let Item { shown, rho } = office.item(number);
    let mut found = 0;
    for bit in 0..256 {
        let mut damaged = bytes.to_vec();
        let place = 2 + 32 + 8 + 32 + 32 + bit / 8;
        damaged[place] ^= 1 << (bit % 8);
        let refused = holder.load_credential(&damaged).unwrap_err();
        assert_eq!(refused.code(), "mac");
        let resealed = stored(&[4; 32], &authority_id(), &damaged[..damaged.len() - 32]);
        let refused = holder.load_credential(&resealed).unwrap_err();

        let Some(e) = flipped(&mac.e, bit) else {
            assert_eq!(refused.code(), "scalar");
            continue;
        };
        assert_eq!(refused, Error::Fault);
        let answer = office.unchecked(number, shown, [rho, e], office.stage.hidden);
        let D = office.refused(&answer);
        let was = mac.e.as_bytes()[bit / 8] >> (bit % 8) & 1;
        assert_eq!(files.get(&encode(&D)), Some(&(number, (was == 0, bit))));
        found += 1;
    }
    assert!(found >= 252, "{found}");
}

/// S6.3 (`presentation_faulted_rho`): with a flipped bit of ρ the authority, which knows everybody's
/// e, finds the one with D = ±2^i·(B̄ + e·Ā). The library's holder does not read such evidence back;
/// and if the device itself gave it a MAC, it refuses to show it, and the item is gone.
#[test]
fn a_flipped_bit_of_rho_names_the_person() {
    let office = Office::new();
    let number = 1;
    let Enrolled { holder, evidence, mac, .. } = &office.persons[number];
    let bytes = holder.store_evidence(&evidence[0]);
    let Item { shown, rho } = office.item(number);
    let mut files = HashMap::new();
    for (number, person) in office.persons.iter().enumerate() {
        let base = shown.multiple + person.mac.e * shown.point;
        files.extend(powers(base).map(|(point, how)| (encode(&point), (number, how))));
    }
    for bit in 0..256 {
        let mut damaged = bytes.to_vec();
        damaged[2 + 32 + 160 + bit / 8] ^= 1 << (bit % 8);
        let refused = holder.load_evidence(&damaged).unwrap_err();
        assert_eq!(refused.code(), "mac");
        let Some(rotten) = flipped(&rho, bit) else { continue };
        let resealed = stored(&[3; 32], &authority_id(), &damaged[..damaged.len() - 32]);
        let resealed = holder.load_evidence(&resealed).unwrap();
        let (error, back) = office.present(number, number, resealed);
        assert_eq!((error, back.is_none()), (Error::Fault, true));

        let answer = office.unchecked(number, shown, [rotten, mac.e], office.stage.hidden);
        let D = office.refused(&answer);
        let was = rho.as_bytes()[bit / 8] >> (bit % 8) & 1;
        assert_eq!(files.get(&encode(&D)), Some(&(number, (was == 0, bit))));
    }
}

/// S6.3 (`presentation_faulted_hidden`): a rotten hidden text is found by the platform in a
/// dictionary, with the one that it was: D = (m − m')·H. The library's holder does not read such a
/// credential back.
#[test]
fn a_rotten_hidden_text_is_found_in_a_dictionary() {
    let office = Office::new();
    let scalar_of = |text: &[u8]| Transcript::new("attribute-text").part(text).scalar();
    let rot = |text: &str, bit: usize| {
        let mut rotten = text.as_bytes().to_vec();
        rotten[bit / 8] ^= 1 << (bit % 8);
        rotten
    };
    // Of each region, what each flipped bit makes of it.
    let regions = ["北京", "天津", "河北", "山西", "上海", "江苏", "浙江", "安徽", "福建"];
    let Base::Fixed(place) = generators::h(2) else { panic!() };
    let H = office.stage.fixed[place];
    let mut dictionary = HashMap::new();
    for region in regions {
        for bit in 0..8 * region.len() {
            let m = scalar_of(region.as_bytes()) - scalar_of(&rot(region, bit));
            dictionary.insert(encode(&(m * H)), (region, bit));
        }
    }
    let Enrolled { holder, credential, mac, .. } = &office.persons[0];
    let Item { shown, rho } = office.item(0);
    let bytes = holder.store_credential(credential);
    let text = bytes.windows(6).position(|window| window == "上海".as_bytes()).unwrap();
    for bit in 0..48 {
        let hidden = [scalar_of(&rot("上海", bit)), office.stage.hidden[1]];
        let answer = office.unchecked(0, shown, [rho, mac.e], hidden);
        let D = office.refused(&answer);
        assert_eq!(dictionary.get(&encode(&D)), Some(&("上海", bit)));

        let mut damaged = bytes.to_vec();
        damaged[text + bit / 8] ^= 1 << (bit % 8);
        assert_eq!(holder.load_credential(&damaged).unwrap_err().code(), "mac");
        let resealed = stored(&[2; 32], &authority_id(), &damaged[..damaged.len() - 32]);
        let refused = holder.load_credential(&resealed).unwrap_err();
        assert!(refused == Error::Fault || refused.code() == "text", "{refused}");
    }
}

/// SPEC §14.16: evidence that a thief of the device's storage plants together with the authority
/// makes a *true* statement, which a platform accepts, and the authority knows r, hence whose Ā it
/// is. No equation finds it; the MAC does.
#[test]
fn planted_evidence_is_true_and_known() {
    let office = Office::new();
    let rng = &mut seeded(103);
    let Enrolled { holder, evidence, mac, .. } = &office.persons[2];
    let r = scalar(rng);
    let planted = Shown::forge(&office.stage.x, r * mac.A, scalar(rng));
    let answer = office.unchecked(2, planted, [r.invert(), mac.e], office.stage.hidden);
    assert!(office.stage.verdict(&office.stage.request, &answer).is_ok());
    let whose = office.persons.iter().position(|person| answer.shown.point == r * person.mac.A);
    assert_eq!(whose, Some(2));

    let genuine = holder.store_evidence(&evidence[0]);
    let rho = r.invert();
    let encoding = [&genuine[..34], &planted.bytes(), rho.as_bytes()].concat();
    let with = |mac: &[u8]| holder.load_evidence(&[&encoding[..], mac].concat()).map(drop);
    // The thief has all stored forms, and no key: the MAC of another item, a plain hash, another
    // person's key.
    let plain = Transcript::new("stored").part(&encoding).h32();
    let others = stored(&[5; 32], &authority_id(), &encoding);
    for mac in [&genuine[genuine.len() - 32..], &plain, &others[others.len() - 32..]] {
        assert_eq!(with(mac).unwrap_err().code(), "mac");
    }
    let own = stored(&[4; 32], &authority_id(), &encoding);
    assert_eq!(with(&own[own.len() - 32..]), Ok(()), "whoever has the key is the device");
}

/// S6.3 for logins (`login_repeated_nonce`, `login_false_extraction`): a wrong f(z) shows by how
/// much, and a repeated nonce with one faulted challenge gives f(z) away, with which one *is* that
/// person there. The library's holder hedges, so that repeated randomness alone repeats a message
/// or makes another nonce.
#[test]
fn an_unchecked_login_gives_the_secret_away() {
    let office = Office::new();
    let Stage { world, P, z, .. } = &office.stage;
    let secrets = HolderSecrets::derive(&MasterSecret::import([2; 32]), &authority_id());
    let (f, rng) = (*evaluate(&secrets, z), &mut seeded(104));
    let own = [f * P, *P];
    let bases = Bases { fixed: &[], own: &own };
    let relation = LoginRelation { scope: Base::Own(1) };
    let transcript = Transcript::new("login").part(&[7; 32]).part(&encode(&own[0]));

    let nonce = [scalar(rng)];
    let (T, c, responses) = prove_with(&relation, &bases, &transcript, &[f + Scalar::ONE], &nonce);
    let D = c.invert() * (responses[0] * P - T[0]) - own[0];
    assert!(D == *P, "1·P: f(z) was off by one");

    let (_, c, right): Sigma<1> = prove_with(&relation, &bases, &transcript, &[f], &nonce);
    let faulted = c + Scalar::from(1u64 << 20);
    let wrong = nonce[0] + faulted * f;
    assert_eq!((right[0] - wrong) * (c - faulted).invert(), f);

    // The same coins: the same bytes for the same request, another T for another.
    let log_in = |seed: u64| {
        let from_host = received(&world.request_login(seed));
        let answer = world.holder.log_in(Consent::to_answer(&from_host), NOW, &mut seeded(105));
        sent(&answer.unwrap()).to_bytes()
    };
    assert_eq!(log_in(106), log_in(106));
    assert_ne!(log_in(106)[66..98], log_in(107)[66..98]);
    let bank = host("bank.example");
    let relayed = world.request_login(108).to_bytes();
    let refused = Received::<Request>::from_host(&bank, &relayed).unwrap_err();
    assert_eq!(refused, Error::ForeignPlatform);
}
