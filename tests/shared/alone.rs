//! What each device can do without the other: nothing that is the pair's (SPEC §20.7, G1 and G2).

use curve25519_dalek::ristretto::RistrettoPoint;
use curve25519_dalek::scalar::Scalar;
use formulas::{encoded, opening, point, scalar};
use prover::Prover;

use super::*;

/// A presentation of these witnesses under this 网号, as if there were no second.
fn alone(world: &World, prover: &Prover<'_>, N: &RistrettoPoint) -> Result<(), Error> {
    let n: Vec<_> = (0..12).map(|i| scalar(50 + i)).collect();
    let T = prover.left(&n);
    let c = prover.challenge(N, &T);
    let w: Vec<_> = n.iter().zip(&prover.witnesses).map(|(n, w)| n + c * w).collect();
    world.presented(&prover.presentation(N, &T, &w))
}

/// f_1(z_s)·P_s, f(z_s)·P_s and d·P_s at the world's platform.
fn pseudonyms(world: &World) -> [RistrettoPoint; 3] {
    let (P_s, z) = formulas::scope(world.platform.id());
    let (ward, guardian) = masters(1);
    let f_1 = *pairnym::hazmat::evaluate(&formulas::secrets(&ward), &z);
    let d = formulas::share(&guardian, world.pair.second.pairing());
    [f_1, f_1 + d, d].map(|f| P_s * f)
}

#[test]
fn a_lead_alone_presents_nothing() {
    let world = World::new();
    let [own, whole, _] = pseudonyms(&world);
    assert_eq!(encoded(&whole), formulas::pseudonym(&world.pair, world.platform.id()));
    let prover = Prover::new(&world);
    for N in [own, whole] {
        assert_eq!(alone(&world, &prover, &N), Err(Error::Rejected));
    }
    // With d in u_0 it holds: that is all it lacks.
    let mut knowing = Prover::new(&world);
    knowing.witnesses[2] += formulas::share(&masters(1).1, world.pair.second.pairing());
    assert_eq!(alone(&world, &knowing, &whole), Ok(()));
    assert_eq!(alone(&world, &knowing, &own), Err(Error::Rejected));
    // As an ordinary holder its software has no such credential: it is another person.
    let ordinary = Holder::new(&masters(1).0, world.list().clone()).unwrap();
    let stored = world.pair.lead.store_credential(&world.credential);
    assert_eq!(ordinary.load_credential(&stored).unwrap_err(), Error::ForeignCredential);
    let consent = Consent::to_disclose(&world.request);
    let refused = ordinary.present(&world.credential, world.item(), consent, NOW, &mut seeded(3));
    let refused = refused.unwrap_err();
    assert_eq!(refused.error(), Error::ForeignCredential);
    assert!(refused.into_evidence().is_some());
}

/// Who logs in with half of it is somebody whom no platform knows.
#[test]
fn either_alone_logs_in_as_somebody_else() {
    let world = World::new();
    let [own, whole, seconds] = pseudonyms(&world);
    let (ward, guardian) = masters(1);
    let nonces = MemoryNonces::new(10);
    let whole = encoded(&whole);
    let known = |pseudonym: &Pseudonym| (pseudonym.to_bytes() == whole).then_some(());
    let verify =
        |login: &Login| world.platform.verify_login(&world.login, login, known, NOW, &nonces);
    for master in [&ward, &guardian] {
        let ordinary = Holder::new(master, world.list().clone()).unwrap();
        let login = ordinary.log_in(Consent::to_answer(&world.login), NOW, &mut seeded(3));
        let refused = verify(&sent(&login.unwrap())).unwrap_err();
        assert_eq!(refused, Error::NoAccount.into());
    }
    // The second under d·P_s, and either under the whole.
    let (P_s, z) = formulas::scope(world.platform.id());
    let f_1 = *pairnym::hazmat::evaluate(&formulas::secrets(&ward), &z);
    let d = formulas::share(&guardian, world.pair.second.pairing());
    let login = |f: &Scalar, N: &RistrettoPoint| {
        let T = P_s * scalar(1);
        let s = scalar(1) + formulas::login_challenge(&world.login, N, &T) * f;
        Login::from_bytes(&formulas::login(&world.login, N, &T, &s)).unwrap()
    };
    assert_eq!(verify(&login(&d, &seconds)).unwrap_err(), Error::NoAccount.into());
    assert_eq!(verify(&login(&f_1, &own)).unwrap_err(), Error::NoAccount.into());
    for half in [f_1, d] {
        let refused = verify(&login(&half, &point(&whole))).unwrap_err();
        assert_eq!(refused, Error::Rejected.into());
    }
    verify(&login(&(f_1 + d), &point(&whole))).unwrap();
}

/// Nor does either enroll C_u, or accept a credential for it.
#[test]
fn either_alone_opens_nothing() {
    let world = World::new();
    let (ward, guardian) = masters(1);
    let d = formulas::share(&guardian, world.pair.second.pairing());
    let leads = pairnym::hazmat::holder_scalars(&formulas::secrets(&ward)).to_vec();
    let mut seconds = vec![Scalar::ZERO; 8];
    seconds[0] = d;
    let mut whole = leads.clone();
    whole[0] += d;
    let C_u = opening(&whole);
    assert_eq!(encoded(&C_u), world.pair.lead.commitment().to_bytes());
    let n: Vec<_> = (0..8).map(|i| scalar(50 + i)).collect();
    let enroll = |secrets: &[Scalar]| {
        let T = opening(&n);
        let c = formulas::enrollment_challenge(&world.ticket, &C_u, &T);
        let w: Vec<_> = n.iter().zip(secrets).map(|(n, u)| n + c * u).collect();
        let bytes = formulas::enrollment(&world.ticket, &C_u, &T, &w);
        world.enrolled(&EnrollmentRequest::from_bytes(&bytes).unwrap())
    };
    assert_eq!(enroll(&leads), Err(Error::Rejected));
    assert_eq!(enroll(&seconds), Err(Error::Rejected));
    assert_eq!(enroll(&whole), Ok(()));
    let ordinary = Holder::new(&ward, world.list().clone()).unwrap();
    let refused = ordinary.request_credential(&world.offer, NOW, &mut seeded(3)).unwrap_err();
    assert_eq!(refused, Error::ForeignCommitment);
}
