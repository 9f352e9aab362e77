//! SPEC §20.3 as equations: what a second answers, for moves that were taken apart.

use curve25519_dalek::RistrettoPoint;
use curve25519_dalek::scalar::Scalar;
use pairnym::{hazmat::Transcript, shared::*, *};

use super::seconding::Opened;
use super::{SETTING, world};
use crate::parts::{Field, Parts, Plain, encoded, point, scalar, u_0};
use crate::reference::Statement;

/// Fields of a message from some byte on.
fn fields(bytes: &[u8], from: usize, count: usize) -> Vec<Field> {
    bytes[from..].chunks_exact(32).take(count).map(|field| field.try_into().unwrap()).collect()
}

fn sum(one: &Field, two: RistrettoPoint) -> Field {
    (point(one).unwrap() + two).compress().to_bytes()
}

/// The act that a CoNonces is to have.
pub fn code(act: &CoAct) -> u8 {
    match act {
        CoAct::Enrollment(_) | CoAct::Issuance(_) => 1,
        CoAct::Presentation { .. } => 2,
        CoAct::Login(_) => 3,
    }
}

/// P_s of a request.
fn scope(request: &Request) -> RistrettoPoint {
    Statement::new(world(), request).scope()
}

/// N_2 = d·P_s, for requests.
pub fn check_approval(ward: usize, asked: &CoRequest, approval: &[u8]) {
    let share = SETTING.wards[ward].seconds[0].transfer().to_bytes();
    let d = scalar(&share[share.len() - 32..].try_into().unwrap());
    let N_2 = asked.act().request().map(|request| (scope(request) * d).compress().to_bytes());
    assert_eq!(approval[66], u8::from(N_2.is_some()));
    assert_eq!(approval[67..], *N_2.as_slice().as_flattened());
}

/// An answer opens h, and is one to the act that was consented to.
pub fn check_answer(ward: usize, asked: &CoRequest, opened: &Opened, nonces: &[u8], answer: &[u8]) {
    let Opened { request, approval, .. } = opened;
    let T_G = fields(answer, 35, answer[34].into());
    let z = scalar(answer[answer.len() - 32..].try_into().unwrap());
    let N_2 = approval.get(67..);
    let N_2 = N_2.filter(|point| !point.is_empty());
    let h = Transcript::new("co-commitment").part(request).optional(N_2);
    let h = T_G.iter().fold(h, |transcript, T| transcript.part(T)).h32();
    assert_eq!((&h[..], &h[..]), (&approval[34..66], &answer[2..34]));

    let c = challenge(ward, asked.act(), nonces, &T_G);
    let [D, _] = SETTING.wards[ward].points();
    let equation = |base: RistrettoPoint, multiple: &[u8], T: &Field| {
        let multiple = point(multiple.try_into().unwrap()).unwrap();
        assert!(base * z == multiple * c + point(T).unwrap());
    };
    equation(u_0(), &D, &T_G[0]);
    assert_eq!(asked.act().request().is_some(), T_G.len() == 2);
    if let Some(request) = asked.act().request() {
        equation(scope(request), N_2.unwrap(), &T_G[1]);
    }
}

/// c, with T = T_W + T_G, but T_1 = T_W1 − T_G1 in a presentation, and T = T_W + T_G2 in a login.
fn challenge(ward: usize, act: &CoAct, nonces: &[u8], T_G: &[Field]) -> Scalar {
    let G = |place: usize| point(&T_G[place]).unwrap();
    let [_, C_u] = SETTING.wards[ward].points();
    let T_W = fields(nonces, 35, 2);
    match act {
        CoAct::Enrollment(ticket) => {
            let bytes = ticket.to_bytes();
            // Authority id, transaction id, nonce.
            let (authority, rest) = bytes[3..].split_at(bytes[2].into());
            let transcript = Transcript::new("enrollment").part(authority).part(&rest[32..]);
            transcript.part(&rest[..32]).part(&C_u).part(&sum(&T_W[0], G(0))).scalar()
        }
        CoAct::Issuance(offer) => {
            let bytes = offer.to_bytes();
            // params_id, t, nonce, C_u.
            let transcript = Transcript::new("issuance").part(&bytes[2..34]).part(&bytes[34..42]);
            let transcript = transcript.part(&bytes[42..74]).part(&bytes[74..106]);
            let transcript = transcript.count(offer.values().len());
            let values = offer.values().iter();
            let transcript = values.fold(transcript, |list, value| list.part(&encoded(value)));
            transcript.part(&sum(&T_W[0], G(0))).scalar()
        }
        CoAct::Presentation { request, slot, values } => {
            let N = fields(nonces, 99, 1);
            let evidence = fields(nonces, 131, 5);
            let T = vec![sum(&T_W[0], -G(0)), sum(&T_W[1], G(1))];
            let plain = Plain { slot: *slot, disclosed: values.iter().map(encoded).collect() };
            let parts = Parts {
                nonce: request.nonce().0,
                plain: Some(plain),
                points: [&evidence[..4], &N, &T].concat(),
                scalars: evidence[4..].to_vec(),
            };
            Statement::new(world(), request).challenges(&parts).own
        }
        CoAct::Login(request) => {
            let points = vec![T_W[1], sum(&T_W[0], G(1))];
            let nonce = request.nonce().0;
            let parts = Parts { nonce, plain: None, points, scalars: vec![] };
            Statement::new(world(), request).challenges(&parts).own
        }
    }
}
