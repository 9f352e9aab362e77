//! Two devices that act as one holder: every step of a presentation and of a login, from the bytes
//! that each device receives, and the pairing.

use std::hint::black_box;

use gungraun::prelude::*;
use pairnym::{holder::*, message::*, shared::*};
use pairnym_testkit::*;

use crate::setting::{Setting, values};
use crate::{ATTRIBUTES, DISCLOSED, leak};

struct Joint {
    setting: Setting,
    pair: Pair,
    credential: Credential,
}

type World = &'static Joint;

fn both() -> (World, Evidence) {
    let setting = Setting::new(ATTRIBUTES);
    let mut pair = Pair::new(2, setting.list());
    let (credential, mut evidence) = pair.credential(&setting.authority, values(), NOW);
    (leak(Joint { setting, pair, credential }), evidence.remove(0))
}

fn present_request(joint: World) -> &'static Received<Request> {
    leak(received(&joint.setting.request(DISCLOSED, 1)))
}

fn login_request(joint: World) -> &'static Received<Request> {
    leak(received(&joint.setting.request_login(1)))
}

type Asked<M> = (CoRequest, AwaitingApproval<'static, M>);

fn ask_to_present(joint: World, request: &'static Received<Request>) -> Asked<Presentation> {
    let consent = Consent::to_disclose(request);
    joint.pair.lead.ask_to_present(&joint.credential, consent, NOW, &mut seeded(1)).unwrap()
}

fn ask_to_log_in(joint: World, request: &'static Received<Request>) -> Asked<Login> {
    let consent = Consent::to_answer(request);
    joint.pair.lead.ask_to_log_in(consent, NOW, &mut seeded(1)).unwrap()
}

/// The second's consent.
fn agree(joint: World, bytes: &[u8]) -> (CoApproval, CoSession) {
    let Joint { setting, pair, .. } = joint;
    let asked = pair.second.read(bytes, setting.list(), NOW).unwrap();
    let pairnym::shared::Asked::Answer(asked) = asked else { unreachable!("a request") };
    asked.approve_and_disclose(&mut seeded(2)).unwrap()
}

type Half<M> = (CoNonces, AwaitingAnswer<'static, M>);

fn commit_to_present(
    waiting: AwaitingApproval<'static, Presentation>,
    item: Evidence,
    bytes: &[u8],
) -> Half<Presentation> {
    let approval = CoApproval::from_bytes(bytes).unwrap();
    waiting.commit(item, &approval, NOW, &mut seeded(3)).unwrap()
}

fn commit_to_log_in(waiting: AwaitingApproval<'static, Login>, bytes: &[u8]) -> Half<Login> {
    let approval = CoApproval::from_bytes(bytes).unwrap();
    waiting.commit(&approval, NOW, &mut seeded(3)).unwrap()
}

fn reply(joint: World, session: CoSession, bytes: &[u8]) -> CoAnswer {
    let nonces = CoNonces::from_bytes(bytes).unwrap();
    joint.pair.second.answer(session, &nonces, NOW).unwrap()
}

fn finish<M: pairnym::shared::Joint>(half: AwaitingAnswer<'_, M>, bytes: &[u8]) -> M::Made {
    half.complete(&CoAnswer::from_bytes(bytes).unwrap()).unwrap()
}

fn to_present() -> (World, &'static Received<Request>, Evidence) {
    let (joint, item) = both();
    (joint, present_request(joint), item)
}

// Both devices together.
#[library_benchmark]
#[bench::presentation(to_present())]
fn joint_present(
    (joint, request, item): (World, &'static Received<Request>, Evidence),
) -> Outgoing<Presentation> {
    let (asked, waiting) = ask_to_present(joint, black_box(request));
    let (approval, session) = agree(joint, &asked.to_bytes());
    let (nonces, half) = commit_to_present(waiting, item, &approval.to_bytes());
    let answer = reply(joint, session, &nonces.to_bytes());
    finish(half, &answer.to_bytes())
}

fn to_log_in() -> (World, &'static Received<Request>) {
    let (joint, _) = both();
    (joint, login_request(joint))
}

#[library_benchmark]
#[bench::login(to_log_in())]
fn joint_log_in((joint, request): (World, &'static Received<Request>)) -> Outgoing<Login> {
    let (asked, waiting) = ask_to_log_in(joint, black_box(request));
    let (approval, session) = agree(joint, &asked.to_bytes());
    let (nonces, half) = commit_to_log_in(waiting, &approval.to_bytes());
    let answer = reply(joint, session, &nonces.to_bytes());
    finish(half, &answer.to_bytes())
}

fn to_agree(present: bool) -> (World, Vec<u8>) {
    let (joint, _) = both();
    let asked = match present {
        true => ask_to_present(joint, present_request(joint)).0,
        false => ask_to_log_in(joint, login_request(joint)).0,
    };
    (joint, asked.to_bytes())
}

// The second's first part.
#[library_benchmark]
#[bench::presentation(to_agree(true))]
#[bench::login(to_agree(false))]
fn joint_approve((joint, bytes): (World, Vec<u8>)) -> (CoApproval, CoSession) {
    agree(joint, black_box(&bytes))
}

fn to_reply(present: bool) -> (World, CoSession, Vec<u8>) {
    let (joint, item) = both();
    if present {
        let (asked, waiting) = ask_to_present(joint, present_request(joint));
        let (approval, session) = agree(joint, &asked.to_bytes());
        let (nonces, _) = commit_to_present(waiting, item, &approval.to_bytes());
        return (joint, session, nonces.to_bytes());
    }
    let (asked, waiting) = ask_to_log_in(joint, login_request(joint));
    let (approval, session) = agree(joint, &asked.to_bytes());
    let (nonces, _) = commit_to_log_in(waiting, &approval.to_bytes());
    (joint, session, nonces.to_bytes())
}

// The second's second part.
#[library_benchmark]
#[bench::presentation(to_reply(true))]
#[bench::login(to_reply(false))]
fn joint_answer((joint, session, bytes): (World, CoSession, Vec<u8>)) -> CoAnswer {
    reply(joint, session, black_box(&bytes))
}

fn invite(joint: World) -> Inviting {
    let (_, guardian) = masters(3);
    let (authority, key) = (joint.setting.list().authority(), ChannelKey([1; 32]));
    Second::invite(&guardian, authority, key, &mut seeded(4)).unwrap()
}

fn accept(joint: World, bytes: &[u8]) -> (PairingAnswer, Lead) {
    let invitation = PairingInvitation::from_bytes(bytes).unwrap();
    let ((ward, _), list, key) = (masters(3), joint.setting.list().clone(), ChannelKey([2; 32]));
    Lead::accept(&ward, list, &invitation, key, &mut seeded(5)).unwrap()
}

fn to_pair() -> (World, Vec<u8>, Vec<u8>) {
    let (joint, _) = both();
    let invitation = invite(joint).invitation().to_bytes();
    let answer = accept(joint, &invitation).0.to_bytes();
    (joint, invitation, answer)
}

#[library_benchmark]
#[bench::lead(to_pair())]
fn pair_lead((joint, invitation, _): (World, Vec<u8>, Vec<u8>)) -> (PairingAnswer, Lead) {
    accept(joint, black_box(&invitation))
}

// Both steps of the second.
#[library_benchmark]
#[bench::second(to_pair())]
fn pair_second((joint, _, answer): (World, Vec<u8>, Vec<u8>)) -> Second {
    invite(black_box(joint)).accept(&PairingAnswer::from_bytes(&answer).unwrap()).unwrap()
}

library_benchmark_group!(
    name = joint_acts,
    benchmarks =
        [joint_present, joint_log_in, joint_approve, joint_answer, pair_lead, pair_second,]
);
