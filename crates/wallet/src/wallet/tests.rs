//! A hostile lead and a hostile second: somebody who has the keys of the pairing, and says what they
//! like.

#[path = "../../tests/support/mod.rs"]
mod support;

use std::thread;

use support::World;
use support::family::{Family, Line, agrees};
use zeroize::Zeroizing;

use crate::channel::{Keys, Kind, SOON, Secure};
use crate::parts::Secret;
use crate::vault::Vault;
use crate::{Attended, Decision, Failure, Outcome};

const KINDS: [Kind; 7] = [
    Kind::Message,
    Kind::Refused,
    Kind::AskTicket,
    Kind::Consented,
    Kind::Here,
    Kind::Enrolled,
    Kind::Confirmed,
];

type Said = (Kind, Vec<u8>);

/// What one device knows of the channel.
struct Taken {
    own: Zeroizing<[u8; 32]>,
    peer: [u8; 32],
    prologue: Vec<u8>,
}

impl Taken {
    fn from(keys: &Keys<'_>) -> Self {
        let (own, peer) = (Zeroizing::new(*keys.own), *keys.peer);
        Self { own, peer, prologue: keys.prologue.clone() }
    }

    fn keys(&self) -> Keys<'_> {
        Keys { own: &self.own, peer: &self.peer, prologue: self.prologue.clone() }
    }
}

/// The second's keys and the lead's.
struct Thief {
    second: Taken,
    lead: Taken,
}

impl Thief {
    fn of(family: &Family) -> Self {
        let (child, ward) = (&family.child.vault, &family.guardian.vault.pairs.wards[0]);
        let leading = child.pairs.leading.as_ref().unwrap();
        let lead = leading.keys(child.holder.lead().unwrap());
        Self { second: Taken::from(&ward.keys()), lead: Taken::from(&lead) }
    }

    /// Sits between the two devices, and changes what they say: `change` gets the number of a
    /// message, which are the lead's and the second's in turn.
    fn relay(
        &self,
        (mut lead, mut second): (Line, Line),
        change: &(dyn Fn(usize, Said) -> Said + Sync),
    ) -> Option<()> {
        let (_, mut lead) = Secure::respond(&mut lead, std::iter::once(self.second.keys())).ok()?;
        let mut second = Secure::initiate(&mut second, &self.lead.keys()).ok()?;
        let pass = |n, from: &mut Secure<'_>, to: &mut Secure<'_>| {
            let (kind, message): (Kind, Secret) = from.next(SOON).ok()?;
            let (kind, message) = change(n, (kind, message.to_vec()));
            to.send(kind, &message).ok()
        };
        for n in (0..).step_by(2) {
            pass(n, &mut lead, &mut second)?;
            pass(n + 1, &mut second, &mut lead)?;
        }
        None
    }
}

/// What the child does with whoever is in between, and whether that went well.
fn acts(
    world: &World,
    family: &mut Family,
    thief: &Thief,
    act: &str,
    change: &(dyn Fn(usize, Said) -> Said + Sync),
) -> (Result<(), Failure>, Result<Attended, Failure>) {
    let ((child, to_child), (to_guardian, guardian)) = (Line::new(), Line::new());
    thread::scope(|scope| {
        scope.spawn(move || thief.relay((to_child, to_guardian), change));
        if act == "refresh" {
            return family.both(world, (child, guardian), agrees, |child, world, channel| {
                child.refresh_together(world, channel, |_| true, &|| world.now())
            });
        }
        let (answered, attended) =
            family.try_answer(world, act, (child, guardian), |_| Decision::AnswerAndDisclose);
        (answered.map(drop), attended)
    })
}

/// Nothing that was changed passes, the platform gets nothing, and no more is used up than what was
/// shown.
fn refused(
    world: &World,
    family: &mut Family,
    thief: &Thief,
    (act, what): (&str, &str),
    change: &(dyn Fn(usize, Said) -> Said + Sync),
) {
    let left = |family: &Family| family.child.stock().unwrap().1;
    let before = left(family);
    let (answered, attended) = acts(world, family, thief, act, change);
    let place = format!("{act}: {what}: {attended:?}");
    let failure = answered.expect_err(&place);
    let known = matches!(
        failure,
        Failure::PeerAway
            | Failure::PeerDeclined
            | Failure::PeerRefused
            | Failure::FalsePeer
            | Failure::NoTicket
            | Failure::CodesDiffer
    );
    assert!(known, "{place}: {failure}");
    assert!(left(family) + usize::from(act == "register") >= before, "{place}");
    let last = family.child.history().next().unwrap().1;
    assert!(matches!(last.outcome, Outcome::Answered | Outcome::Declined), "{place}");
}

fn family(world: &World, path: &std::path::Path) -> (Family, Thief) {
    let mut family = Family::enrolled(world, path, 10);
    family.answer(world, "register");
    let thief = Thief::of(&family);
    (family, thief)
}

#[test]
fn whoever_changes_nothing_is_not_noticed() {
    let (world, folder) = (World::new(), tempfile::tempdir().unwrap());
    let (mut family, thief) = family(&world, folder.path());
    for act in ["register", "log-in", "refresh"] {
        let (answered, attended) = acts(&world, &mut family, &thief, act, &|_, said| said);
        answered.unwrap();
        attended.unwrap();
    }
}

/// Every message of both devices: a bit of it, its end, its kind, nothing, more.
#[test]
fn whatever_a_paired_device_says() {
    let (world, folder) = (World::new(), tempfile::tempdir().unwrap());
    let (mut family, thief) = family(&world, folder.path());
    for act in ["register", "log-in", "refresh"] {
        for n in 0..6 {
            for part in 0..5 {
                let flip = move |at, (kind, mut message): Said| {
                    let place = (message.len().saturating_sub(1)) * part / 4;
                    if let Some(byte) = message.get_mut(place).filter(|_| at == n) {
                        *byte ^= 1;
                    } else if at == n {
                        return (Kind::Refused, message);
                    }
                    (kind, message)
                };
                let what = format!("{n}, bit {part}");
                refused(&world, &mut family, &thief, (act, &what), &flip);
            }
            for other in KINDS {
                let change = move |at, (kind, message): Said| {
                    // Instead of what it is: the kind with the same message, or empty.
                    if at != n {
                        (kind, message)
                    } else if kind == other {
                        (kind, Vec::from([9; 100]))
                    } else {
                        (other, message)
                    }
                };
                // Consented and Here have no message that anybody reads.
                if [1, 2].contains(&n) && other == [Kind::Consented, Kind::Here][n - 1] {
                    continue;
                }
                let what = format!("{n}, as {other:?}");
                refused(&world, &mut family, &thief, (act, &what), &change);
            }
            // A world of 32 items does not last for all of it.
            if act == "register" {
                let (refreshed, _) = acts(&world, &mut family, &thief, "refresh", &|_, said| said);
                refreshed.unwrap();
            }
        }
    }
}

/// What was said in another act is good for nothing in this one.
#[test]
fn what_was_said_before() {
    let (world, folder) = (World::new(), tempfile::tempdir().unwrap());
    let (mut family, thief) = family(&world, folder.path());
    for act in ["register", "log-in", "refresh"] {
        let heard = std::sync::Mutex::new(Vec::new());
        let listen = |_: usize, said: Said| {
            heard.lock().unwrap().push(said.clone());
            said
        };
        acts(&world, &mut family, &thief, act, &listen).0.unwrap();
        let heard = heard.into_inner().unwrap();
        assert_eq!(heard.len(), 6);
        // What has no content is the same in each act.
        for n in [0, 3, 4, 5] {
            let again = |at, said: Said| if at == n { heard[n].clone() } else { said };
            refused(&world, &mut family, &thief, (act, &format!("{n}, again")), &again);
        }
    }
}

/// Whatever its lead says, a second shows its person what it would sign, and signs nothing else.
#[test]
fn a_guardian_is_asked_about_what_is_signed() {
    let (world, folder) = (World::new(), tempfile::tempdir().unwrap());
    let (mut family, thief) = family(&world, folder.path());
    let before = family.guardian.history().count();
    let heard = std::sync::Mutex::new(None);
    let listen = |n: usize, said: Said| {
        heard.lock().unwrap().get_or_insert_with(|| said.clone());
        let _ = n;
        said
    };
    acts(&world, &mut family, &thief, "log-in", &listen).0.unwrap();
    let login = heard.into_inner().unwrap().unwrap();
    // The child's device means a registration, and shows a login to the guardian.
    let change = |n, said: Said| if n == 0 { login.clone() } else { said };
    let place = ("register", "as a login");
    refused(&world, &mut family, &thief, place, &change);
    let entries: Vec<_> = family.guardian.history().map(|(_, entry)| entry).collect();
    assert_eq!(entries.len(), before + 1, "a signature for what was not shown");
}

/// Written before there were pairings.
#[test]
fn a_vault_of_the_first_version_opens() {
    let (world, folder) = (World::new(), tempfile::tempdir().unwrap());
    let wallet = world.enrolled(folder.path(), 1);
    let vault = &wallet.vault;
    let facts = |version: u32| {
        let mut facts = serde_json::to_value(&vault.facts).unwrap();
        facts["version"] = version.into();
        Secret::new(serde_json::to_vec(&facts).unwrap())
    };
    let current = vault.current.as_ref().map(|own| vault.holder.store_credential(own));
    let parts = |version| {
        let master = vault.master.export().to_vec();
        let list = vault.holder.store_list();
        let token = vault.token.map(|token| token.0.to_vec()).unwrap_or_default();
        let current = current.as_ref().unwrap().to_vec();
        let parts = [master, list, current, Vec::new(), token, Vec::new()].map(Secret::new);
        [vec![facts(version)], parts.to_vec()].concat()
    };
    let first = Vault::from_parts(&parts(1)).unwrap();
    assert_eq!(first.current.unwrap().slot(), vault.current.as_ref().unwrap().slot());
    assert!(first.pairs.wards.is_empty() && first.holder.alone().is_ok());
    // It is written in the present one.
    assert_eq!(
        serde_json::to_value(&first.facts).unwrap(),
        serde_json::to_value(&vault.facts).unwrap()
    );
    for (version, more) in [(2, 0), (1, 1), (2, 2)] {
        let parts = [parts(version), vec![Secret::default(); more]].concat();
        assert!(
            matches!(Vault::from_parts(&parts), Err(Failure::Damaged("vault"))),
            "{version} {more}"
        );
    }
    assert!(Vault::from_parts(&[parts(2), vec![Secret::default()]].concat()).is_ok());
    assert!(matches!(Vault::from_parts(&parts(3)), Err(Failure::Newer)));
}

#[test]
fn wards_with_the_same_name_are_told_apart() {
    let ward = |name: &str, pairing: u8| crate::WardName {
        name: name.into(),
        pairing: pairnym::shared::PairingId([pairing; 32]),
        applied: false,
        values: Vec::new(),
    };
    let wards = [ward("child", 0xa1), ward("phone", 0xb2), ward("child", 0xc3)];
    let labels = wards.each_ref().map(|ward| ward.label(&wards));
    assert_eq!(labels, ["child (a1a1a1a1)", "phone", "child (c3c3c3c3)"]);
}
