//! The contract of [`People`] and [`Offers`], which belong together.

use pairnym::authority::Authority;
use pairnym::message::{Commitment, IssuanceOffer};
use pairnym::store::{AsyncRegistry, Reenrollment, Registration, RegistryOutcome};
use pairnym::{PersonId, TransactionId, UnixTime};
use pairnym_testkit::{
    ATTRIBUTES, NOW, TEN_MINUTES, authority, holder, received_ticket, seeded, sent,
};

use super::{CALLERS, at_once, count};
use crate::{Hashed, Offer, Offers, People};

use Reenrollment::{Allowed, Refused, SameCommitment};
use RegistryOutcome::{
    Again, CommitmentRegistered, PersonDeleted, PersonRegistered, Registered, TicketUsed,
};

/// The commitment of the holder with this number.
fn commitment(authority: &Authority, number: u8) -> Commitment {
    let rng = &mut seeded(number.into());
    let open =
        authority.open_ticket(TransactionId([0; 32]), TEN_MINUTES, NOW, rng).expect("a ticket");
    let ticket = received_ticket(authority.list(), &open);
    let request = sent(&holder(number, authority.list()).enroll(&ticket, rng).expect("a request"));
    let checked = authority.check_enrollment(&open, &request, PersonId([0; 32]), NOW);
    checked.expect("it verifies").to_register().commitment
}

fn registration(transaction: u8, person: u8, commitment: Commitment) -> Registration {
    Registration {
        transaction: TransactionId([transaction; 32]),
        expires: UnixTime(NOW.0 + 600),
        person: PersonId([person; 32]),
        commitment,
    }
}

/// People and offers, on a store that has none yet.
pub async fn people<S>(open: impl AsyncFn() -> S)
where
    S: People + Offers + Clone + Send + 'static,
{
    let authority = authority(1, &ATTRIBUTES, NOW);
    let commitments: Vec<_> =
        (0..8 + CALLERS as u8).map(|number| commitment(&authority, number)).collect();
    registering(&open, &commitments).await;
    races(&open, &commitments).await;
    offers(&open, &authority, commitments[7]).await;
}

async fn registering<S: People>(open: &impl AsyncFn() -> S, c: &[Commitment]) {
    let register = async |transaction, person, commitment, policy| {
        let registration = registration(transaction, person, commitment);
        open().await.register(registration, policy).await.unwrap()
    };
    let delete = async |person| open().await.delete(PersonId([person; 32]), NOW).await.unwrap();
    let find = async |person| open().await.person(PersonId([person; 32])).await.unwrap();

    assert_eq!(find(1).await, None);
    assert!(!delete(1).await);
    assert_eq!(register(1, 1, c[1], Refused).await, Registered);
    assert_eq!(register(1, 1, c[1], Refused).await, Again);
    let row = find(1).await.expect("registered");
    assert_eq!((row.commitment, row.transaction.0, row.deleted), (c[1], [1; 32], None));

    // The order of the refusals (SPEC §7, step 4).
    assert_eq!(register(1, 1, c[2], Allowed).await, TicketUsed);
    assert_eq!(register(1, 2, c[1], Allowed).await, TicketUsed);
    assert_eq!(register(2, 1, c[1], Allowed).await, PersonRegistered);
    assert_eq!(register(2, 1, c[2], Allowed).await, PersonRegistered);
    assert_eq!(register(2, 2, c[1], Allowed).await, CommitmentRegistered);

    // A tombstone, by each policy.
    assert!(delete(1).await);
    assert!(!delete(1).await);
    assert_eq!(find(1).await.expect("a tombstone").deleted, Some(NOW));
    for policy in [Refused, SameCommitment, Allowed] {
        assert_eq!(register(1, 1, c[1], policy).await, PersonDeleted);
    }
    assert_eq!(register(1, 1, c[2], Allowed).await, TicketUsed);
    assert_eq!(register(3, 1, c[1], Refused).await, PersonDeleted);
    assert_eq!(register(3, 1, c[2], SameCommitment).await, PersonDeleted);
    assert_eq!(register(3, 2, c[1], Allowed).await, CommitmentRegistered);
    assert_eq!(register(3, 1, c[1], SameCommitment).await, Registered);
    assert_eq!(register(3, 1, c[1], SameCommitment).await, Again);
    assert_eq!(register(1, 1, c[1], Allowed).await, PersonDeleted, "the registration of then");

    // Another commitment, and both stay the person's.
    assert!(delete(1).await);
    assert_eq!(register(4, 1, c[2], Allowed).await, Registered);
    assert_eq!(register(5, 2, c[1], Allowed).await, CommitmentRegistered);
    assert_eq!(register(5, 2, c[2], Allowed).await, CommitmentRegistered);
    assert!(delete(1).await);
    assert_eq!(register(5, 1, c[1], SameCommitment).await, PersonDeleted, "not the last one");
    assert_eq!(register(5, 1, c[2], SameCommitment).await, Registered);
}

async fn races<S: People + Clone + Send + 'static>(open: &impl AsyncFn() -> S, c: &[Commitment]) {
    let store = open().await;
    // The same request; one person's commitment under many transactions; many persons with one
    // commitment; one transaction for many persons.
    let race = async |registration: &(dyn Fn(u8) -> Registration + Sync)| {
        at_once(&store, |store, caller| {
            let registration = registration(caller as u8);
            async move { store.register(registration, Allowed).await.unwrap() }
        })
        .await
    };
    let same = race(&|_| registration(20, 20, c[3])).await;
    assert_eq!(
        (count(&same, |o| *o == Registered), count(&same, |o| *o == Again)),
        (1, CALLERS - 1)
    );
    let person = race(&|caller| registration(30 + caller, 30, c[4])).await;
    assert_eq!(count(&person, |o| *o == Registered), 1);
    assert_eq!(count(&person, |o| *o == PersonRegistered), CALLERS - 1);
    let changing = race(&|caller| registration(90 + caller, 40, c[8 + usize::from(caller)])).await;
    assert_eq!(count(&changing, |o| *o == Registered), 1);
    assert_eq!(count(&changing, |o| *o == PersonRegistered), CALLERS - 1);
    let commitment = race(&|caller| registration(50 + caller, 50 + caller, c[5])).await;
    assert_eq!(count(&commitment, |o| *o == Registered), 1);
    assert_eq!(count(&commitment, |o| *o == CommitmentRegistered), CALLERS - 1);
    let ticket = race(&|caller| registration(70, 70 + caller, c[6])).await;
    assert_eq!(count(&ticket, |o| *o == Registered), 1);
    assert_eq!(count(&ticket, |o| *o == TicketUsed), CALLERS - 1);

    let deleted =
        at_once(
            &store,
            |store, _| async move { store.delete(PersonId([20; 32]), NOW).await.unwrap() },
        );
    assert_eq!(count(&deleted.await, |deleted| *deleted), 1);
}

async fn offers<S: People + Offers>(
    open: &impl AsyncFn() -> S,
    authority: &Authority,
    commitment: Commitment,
) {
    let person = PersonId([200; 32]);
    let new = |seed: u64| -> (IssuanceOffer, Offer) {
        let made = authority.offer(commitment, [], TEN_MINUTES, NOW, &mut seeded(seed));
        let offer = made.expect("an offer");
        let row = Offer {
            nonce: Hashed::of("offer", offer.offer().nonce()),
            person,
            commitment,
            stored: vec![seed as u8; 200],
            expires: offer.expires(),
        };
        (offer.offer().clone(), row)
    };
    let register = async |transaction| {
        let registration = registration(transaction, 200, commitment);
        open().await.register(registration, SameCommitment).await.unwrap()
    };
    let stands = async |offer: &IssuanceOffer| {
        let store = open().await;
        AsyncRegistry::is_registered(&store.registry(Refused), offer).await.unwrap()
    };
    let (offer, row) = new(1);

    assert!(!open().await.put_offer(row.clone()).await.unwrap(), "nobody is registered");
    assert_eq!(register(200).await, Registered);
    assert!(!stands(&offer).await, "an offer that was not put");
    assert!(open().await.put_offer(row.clone()).await.unwrap());
    assert!(!open().await.put_offer(row.clone()).await.unwrap(), "the nonce is taken");
    // As often as the holder asks.
    for _ in 0..2 {
        assert_eq!(open().await.find_offer(row.nonce).await.unwrap(), Some(row.clone()));
        assert!(stands(&offer).await);
    }
    let other = Offer { person: PersonId([201; 32]), ..new(2).1 };
    assert!(!open().await.put_offer(other).await.unwrap(), "somebody else's commitment");

    // Corrected values.
    assert_eq!(open().await.withdraw_offers(person).await.unwrap(), 1);
    assert!(!stands(&offer).await);
    assert_eq!(open().await.find_offer(row.nonce).await.unwrap(), None);

    // Deleted, and back again: what was offered before stays void.
    let (offer, row) = new(3);
    assert!(open().await.put_offer(row.clone()).await.unwrap());
    assert!(open().await.delete(person, NOW).await.unwrap());
    assert!(!stands(&offer).await);
    assert!(!open().await.put_offer(new(4).1).await.unwrap(), "an offer to a deleted person");
    assert_eq!(register(201).await, Registered);
    assert!(!stands(&offer).await);
    assert_eq!(open().await.find_offer(row.nonce).await.unwrap(), None);

    let (_, row) = new(5);
    assert!(open().await.put_offer(row.clone()).await.unwrap());
    assert_eq!(open().await.sweep_offers(UnixTime(row.expires.0 + 600)).await.unwrap(), 0);
    assert_eq!(open().await.sweep_offers(UnixTime(row.expires.0 + 601)).await.unwrap(), 1);
    assert_eq!(open().await.find_offer(row.nonce).await.unwrap(), None);
}
