use curve25519_dalek::RistrettoPoint;
use curve25519_dalek::scalar::Scalar;
use pairnym::hazmat::sigma::{Base, Bases};
use pairnym::hazmat::{LoginRelation, Opening, Transcript, holder_scalars, scope_base_and_point};
use pairnym::{holder::*, *};
use pairnym_testkit::seeded;

use crate::lab::{G, image, prove_with, scalar, scalars};

/// A set-up in which the adversary knows every discrete logarithm: generators and scope bases are
/// multiples of G by these scalars, instead of hashes. The secrets and the points z_s are real.
struct Setup {
    authority: AuthorityId,
    /// log V, log U_0, … log U_6.
    logs: Vec<Scalar>,
    /// G, V, U_0, … U_6.
    fixed: Vec<RistrettoPoint>,
}

/// Where a person has a 网号, with the logarithm of P_s.
#[derive(Clone, Copy)]
struct Place {
    z: Scalar,
    p: Scalar,
}

impl Setup {
    fn new() -> Self {
        let logs = scalars(&mut seeded(70), 8);
        let fixed = [Scalar::ONE].iter().chain(&logs).map(|log| log * G).collect();
        Self { authority: AuthorityId::new("authority.example").unwrap(), logs, fixed }
    }

    fn person(&self, master: u8) -> HolderSecrets {
        HolderSecrets::derive(&MasterSecret::import([master; 32]), &self.authority)
    }

    fn places(&self, count: usize) -> Vec<Place> {
        let rng = &mut seeded(71);
        let host = PlatformId::new("shop.example").unwrap();
        let place = |i| {
            let label = Name::new(&format!("app-{i}")).unwrap();
            let scope = Scope::new(self.authority, host, Some(label));
            Place { z: *scope_base_and_point(&scope).1, p: scalar(rng) }
        };
        (0..count).map(place).collect()
    }

    /// C_u of u_0 … u_6, v.
    fn commitment(&self, secrets: &[Scalar]) -> RistrettoPoint {
        let [C] = image(&Opening, &Bases { fixed: &self.fixed, own: &[] }, secrets);
        C
    }

    /// log C_u, which the adversary computes.
    fn log(&self, secrets: &[Scalar]) -> Scalar {
        let (u, v) = secrets.split_at(7);
        v.iter().chain(u).zip(&self.logs).map(|(secret, log)| secret * log).sum()
    }

    /// N_s of u_0 … u_6, v.
    fn pseudonym(&self, secrets: &[Scalar], place: &Place) -> RistrettoPoint {
        let own = [G, place.p * G];
        let bases = Bases { fixed: &[], own: &own };
        let [N] = image(&LoginRelation { scope: Base::Own(1) }, &bases, &[f(secrets, &place.z)]);
        N
    }

    /// u and the only v with which it opens a commitment with this logarithm.
    fn opened(&self, u: &[Scalar], log: &Scalar) -> Vec<Scalar> {
        let without_v = self.log(&[u, &[Scalar::ZERO]].concat());
        [u, &[(log - without_v) * self.logs[0].invert()]].concat()
    }
}

/// f(z).
fn f(secrets: &[Scalar], z: &Scalar) -> Scalar {
    secrets[..7].iter().rev().fold(Scalar::ZERO, |sum, u| sum * z + u)
}

/// Π_{j ≠ i} (z_i − z_j)^{-1}.
fn weight(values: &[(Scalar, Scalar)], i: usize) -> Scalar {
    let others = values.iter().enumerate().filter(|(j, _)| *j != i);
    others.map(|(_, (z, _))| values[i].0 - z).product::<Scalar>().invert()
}

/// The u with f(z_i) = a_i for seven (z_i, a_i): the solution of the Vandermonde system, by
/// Lagrange's formula.
fn interpolate(values: &[(Scalar, Scalar)]) -> Vec<Scalar> {
    assert_eq!(values.len(), 7);
    let mut u = vec![Scalar::ZERO; 7];
    for (i, (_, a)) in values.iter().enumerate() {
        let mut product = vec![Scalar::ZERO; 7];
        product[0] = a * weight(values, i);
        for (_, (z, _)) in values.iter().enumerate().filter(|(j, _)| *j != i) {
            // times (X − z)
            for k in (0..7).rev() {
                let lower = if k == 0 { Scalar::ZERO } else { product[k - 1] };
                product[k] = lower - z * product[k];
            }
        }
        u.iter_mut().zip(product).for_each(|(u, term)| *u += term);
    }
    u
}

/// Whether eight or more (z_i, a_i), a_i being the logarithm of a 网号 to its base, can be one
/// person's: Σ λ_i a_i = 0 for every eight of them in a row.
pub fn belong_to_one_person(values: &[(Scalar, Scalar)]) -> bool {
    assert!(values.len() >= 8, "fewer always can");
    values.windows(8).all(|eight| {
        let terms = eight.iter().enumerate().map(|(i, (_, a))| weight(eight, i) * a);
        terms.sum::<Scalar>() == Scalar::ZERO
    })
}

/// S7 (a) (`pseudonyms_onto`): any seven 网号s, be they of one person, of several, or nobody's,
/// together with the commitment of any person, are explained by secrets (u', v') that one computes
/// from the logarithms: u' by interpolation, v' from C_u. Only for a person's own seven 网号s and
/// own commitment are they that person's.
#[test]
fn seven_pseudonyms_and_any_commitment_have_common_secrets() {
    let setup = Setup::new();
    let places = setup.places(7);
    let persons = [2, 3, 4].map(|master| setup.person(master));
    let of = |person: usize, place: &Place| f(holder_scalars(&persons[person]), &place.z);
    let rng = &mut seeded(72);
    let views: [(&str, Vec<Scalar>); 3] = [
        ("one person's", places.iter().map(|place| of(0, place)).collect()),
        ("of two", places.iter().zip(0..).map(|(p, i)| of(usize::from(i > 3), p)).collect()),
        ("nobody's", scalars(rng, 7)),
    ];
    for (whose, values) in &views {
        // What the platforms see; a_i is what the adversary computes from it.
        let N: Vec<_> = places.iter().zip(values).map(|(p, a)| a * p.p * G).collect();
        let points: Vec<_> = places.iter().zip(values).map(|(p, a)| (p.z, *a)).collect();
        let u = interpolate(&points);
        for (number, enrolled) in persons.iter().enumerate() {
            let enrolled = holder_scalars(enrolled);
            let found = setup.opened(&u, &setup.log(enrolled));
            assert!(setup.commitment(&found) == setup.commitment(enrolled), "{whose}");
            for (place, N) in places.iter().zip(&N) {
                assert!(setup.pseudonym(&found, place) == *N, "{whose}");
            }
            let own = *whose == "one person's" && number == 0;
            assert_eq!(found == enrolled, own);
            // Its neighbours explain something else.
            for wrong in 0..8 {
                let mut other = found.clone();
                other[wrong] += Scalar::ONE;
                assert!(setup.commitment(&other) != setup.commitment(&found));
                let moved = setup.pseudonym(&other, &places[0]) != N[0];
                assert_eq!(moved, wrong < 7);
            }
        }
    }
}

/// S7 (a), t < 7 (`pseudonyms_jointly_uniform`): three 网号s and a commitment are explained by
/// p^4 secrets, one for each choice of four further values of f.
#[test]
fn three_pseudonyms_have_an_explanation_for_each_four_further_values() {
    let setup = Setup::new();
    let places = setup.places(7);
    let (shown, enrolled) = (setup.person(2), setup.person(3));
    let explain = |further: &[Scalar]| {
        let known = places[..3].iter().map(|place| f(holder_scalars(&shown), &place.z));
        let values = known.chain(further.iter().copied());
        let points: Vec<_> = places.iter().map(|place| place.z).zip(values).collect();
        setup.opened(&interpolate(&points), &setup.log(holder_scalars(&enrolled)))
    };
    let mut all = Vec::new();
    for seed in 73..77 {
        let found = explain(&scalars(&mut seeded(seed), 4));
        assert!(setup.commitment(&found) == setup.commitment(holder_scalars(&enrolled)));
        for place in &places[..3] {
            let N = setup.pseudonym(holder_scalars(&shown), place);
            assert!(setup.pseudonym(&found, place) == N);
        }
        assert!(
            setup.pseudonym(&found, &places[3])
                != setup.pseudonym(holder_scalars(&shown), &places[3])
        );
        assert!(!all.contains(&found));
        all.push(found);
    }
}

/// S7 (b), (c) (`enrollment_hides`, `enrollment_independent`): the 网号s of one person in any
/// number of scopes are explained, for the enrollment of any other person, by the one's u and a v'
/// that is computed. So is the other's proof of opening, by nonces that are computed: the
/// authority's whole view of an enrollment fits everybody's 网号s.
#[test]
fn any_enrollment_explains_any_number_of_pseudonyms() {
    let setup = Setup::new();
    let places = setup.places(40);
    let (shown, enrolled) = (setup.person(2), setup.person(3));
    let C = setup.commitment(holder_scalars(&enrolled));
    let own = [C];
    let bases = Bases { fixed: &setup.fixed, own: &own };
    let transcript = Transcript::new("enrollment");
    let nonces = scalars(&mut seeded(78), 8);
    let (T, c, responses) =
        prove_with(&Opening, &bases, &transcript, holder_scalars(&enrolled), &nonces);

    let u = &holder_scalars(&shown)[..7];
    let found = setup.opened(u, &setup.log(holder_scalars(&enrolled)));
    assert!(setup.commitment(&found) == C);
    assert_ne!(&found, holder_scalars(&shown), "another v");
    for place in &places {
        assert!(setup.pseudonym(&found, place) == setup.pseudonym(holder_scalars(&shown), place));
    }
    let explaining: Vec<_> = responses.iter().zip(&found).map(|(r, w)| r - c * w).collect();
    assert!(image(&Opening, &bases, &explaining) == T);
    assert_ne!(explaining, nonces);
}

/// S7 (d) (`pseudonyms_beyond`): from eight scopes on, a linear test on the logarithms tells
/// whether 网号s belong to one person. Two persons' are told apart, in whichever place the
/// stranger is. Two persons who agreed on u are one for this test, and have two commitments.
#[test]
fn eight_logarithms_tell_whether_they_are_one_persons() {
    let setup = Setup::new();
    let places = setup.places(9);
    let persons = [2, 3].map(|master| setup.person(master));
    let value = |secrets: &[Scalar], place: &Place| (place.z, f(secrets, &place.z));
    for count in [8, 9] {
        let one: Vec<_> =
            places[..count].iter().map(|p| value(holder_scalars(&persons[0]), p)).collect();
        assert!(belong_to_one_person(&one));
        for stranger in 0..count {
            let mut two = one.clone();
            two[stranger] = value(holder_scalars(&persons[1]), &places[stranger]);
            assert!(!belong_to_one_person(&two));
        }
    }
    let mut friend = *holder_scalars(&persons[0]);
    friend[7] += Scalar::ONE;
    let mixed = places.iter().zip(0..).map(|(place, i)| {
        let secrets = if i % 2 == 0 { holder_scalars(&persons[0]) } else { &friend };
        value(secrets, place)
    });
    assert!(belong_to_one_person(&mixed.collect::<Vec<_>>()));
    assert!(setup.commitment(&friend) != setup.commitment(holder_scalars(&persons[0])));
}
