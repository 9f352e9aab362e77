use std::collections::HashMap;

use super::{Base, Field, Statement, all_once, count, points, presentation};

/// The holder's side of one evidence item (SPEC §9.3).
#[derive(Clone, Copy)]
struct Session {
    field: Field,
    x: u64,
    /// A'.
    point: u64,
    R: [u64; 2],
}

impl Session {
    /// Ā, R̄1, R̄2.
    fn head(&self, [s, a, b]: [u64; 3]) -> [u64; 3] {
        let Self { field, x, point, R: [R1, R2] } = *self;
        let b = field.neg(b);
        let first = R1 + a + b * x;
        let second = s * ((R2 + a * point + b * (x * point % field.q)) % field.q);
        [s * point % field.q, first % field.q, second % field.q]
    }
}

/// All (s, a, b) with s ≠ 0.
fn blindings(field: Field) -> impl Iterator<Item = [u64; 3]> {
    field.vectors(3).filter(|k| k[0] != 0).map(|k| [k[0], k[1], k[2]])
}

/// S6.1 (b) (`evidence_unique_coins`, `evidence_count`): for every session that passes the
/// holder's check and every evidence that passes the platform's, exactly one (s, a, b) turns the
/// one into the other. Counted for all sessions, over the whole coin space: the evidences that
/// come out, c̄ being any, are all that verify, each once.
#[test]
fn every_session_and_every_evidence_have_one_blinding() {
    let (q, x) = (7, 3);
    let field = Field { q };
    let accepted = count(field.vectors(3).filter(|e| e[0] != 0).map(|e| {
        let (point, c, z) = (e[0], e[1], e[2]);
        let R1 = field.sub(z, c * x % q);
        field.number([point, R1, point * R1 % q, c, z])
    }));
    assert!(all_once(&accepted));
    for view in field.vectors(3).filter(|v| v[0] != 0) {
        let (point, c, z) = (view[0], view[1], view[2]);
        let k = field.sub(z, c * x % q);
        let session = Session { field, x, point, R: [k, k * point % q] };
        let evidence = |[s, a, b]: [u64; 3]| {
            field.number(session.head([s, a, b]).into_iter().chain([(c + b) % q, (z + a) % q]))
        };
        assert!(count(blindings(field).map(evidence)) == accepted);
        // Not so without the scaling, nor with a and b that depend on each other.
        assert!(count(blindings(field).map(|[_, a, b]| evidence([1, a, b]))) != accepted);
        assert!(count(blindings(field).map(|[s, a, _]| evidence([s, a, a]))) != accepted);
    }
}

/// S6.1 (a), (c) (`evidence_given_view_uniform`, `evidence_challenge_uniform`): with a function in
/// the place of the hash, c = c̄ − b is uniform for any commitments of the authority, consistent
/// or not; and given c, each evidence that verifies comes from exactly one (s, a, b).
#[test]
fn with_the_hash_in_place_the_challenge_is_uniform_and_the_evidence_too() {
    let (q, x) = (11, 4);
    let field = Field { q };
    let hash = |head: [u64; 3]| field.hash(1, &head);
    for point in [1, 5] {
        for R in field.vectors(2) {
            let session = Session { field, x, point, R: [R[0], R[1]] };
            let challenge = |k: [u64; 3]| field.sub(hash(session.head(k)), k[2]);
            let each = count(blindings(field).map(challenge));
            assert!(each.len() == 11 && each.values().all(|n| *n == 10 * 11));
            // A challenge that is not blinded is not uniform.
            let bare = count(blindings(field).map(|[s, a, _]| challenge([s, a, 0])));
            assert!(bare.len() < 11 || bare.values().any(|n| *n != 10 * 11));
        }
        for k in [0, 7] {
            let session = Session { field, x, point, R: [k, k * point % q] };
            let outcome = |coins: [u64; 3]| {
                let head = session.head(coins);
                let c = field.sub(hash(head), coins[2]);
                let z = (k + c * x + coins[1]) % q;
                field.number([c].into_iter().chain(head).chain([z]))
            };
            let reached = count(blindings(field).map(outcome));
            let verifying = field.vectors(3).filter(|e| e[0] != 0).map(|e| {
                let (point, R1, c) = (e[0], e[1], e[2]);
                let head = [point, R1, point * R1 % q];
                field.number([c].into_iter().chain(head).chain([(R1 + hash(head) * x) % q]))
            });
            assert!(reached == count(verifying));
        }
    }
}

/// What differs between two holders of one 网号: credential, v, and the hidden attribute.
struct Person {
    field: Field,
    x: u64,
    e: u64,
    /// u_0 … u_6, v.
    opening: [u64; 8],
    hidden: u64,
}

impl Person {
    /// B_t, P_s; their places are the last in `points`.
    const B: u64 = 1;

    fn scope(&self) -> u64 {
        points(self.field.q)(Base::Own(3))
    }

    /// A = (x + e)^{-1}·M.
    fn mac(&self) -> u64 {
        let Field { q } = self.field;
        let fixed = points(q);
        let [V, H0, H1] = [1, 9, 10].map(|place| fixed(Base::Fixed(place)));
        let (u, v) = self.opening.split_at(7);
        let U: Vec<_> = (2..9).map(|place| fixed(Base::Fixed(place))).collect();
        let M = Self::B + self.field.dot(u, &U) + v[0] * V + H0 + self.hidden * H1;
        let A = M % q * self.field.inverse((self.x + self.e) % q) % q;
        assert_ne!(A, 0);
        A
    }

    /// f(2)·P_s.
    fn pseudonym(&self) -> u64 {
        let f = (0..7).rev().fold(0, |sum, k| (2 * sum + self.opening[k]) % self.field.q);
        assert_ne!(f, 0);
        f * self.scope() % self.field.q
    }

    /// The statement for Ā = r·A, restricted to some witnesses, and the holder's witness.
    fn statement(&self, r: u64, only: &[usize]) -> (Statement, Vec<u64>) {
        let q = self.field.q;
        let point = r * self.mac() % q;
        let own = [point, self.x * point % q, self.pseudonym(), self.scope(), Self::B];
        let statement = Statement::of(q, &presentation(), 11, |base| match base {
            Base::Own(place) => own[place],
            fixed => points(q)(fixed),
        });
        let rho = self.field.inverse(r);
        let mut w = vec![rho, self.e * rho % q];
        w.extend(self.opening);
        w.push(self.hidden);
        assert_eq!(statement.phi(&w), statement.right, "the relation of SPEC §11 holds");
        assert!((0..11).all(|i| only.contains(&i) || w[i] == 0));
        let w = only.iter().map(|i| w[*i]).collect();
        (statement.only(only), w)
    }

    /// Everything that authority and platform see, for all coins r', s, a, b and nonces. Both
    /// hashes are some functions, and the authority takes k as it likes.
    fn life(&self, only: &[usize], s_of: impl Fn(u64) -> u64) -> HashMap<u128, u32> {
        let (field, q, A) = (self.field, self.field.q, self.mac());
        let made: Vec<_> = (1..q).map(|r| self.statement(r, only)).collect();
        let sessions = (1..q).map(|r| {
            let point = r * A % q;
            let k = field.hash(3, &[point]);
            (r, k, Session { field, x: self.x, point, R: [k, k * point % q] })
        });
        let items = sessions.flat_map(|(r, k, session)| {
            blindings(field).map(move |[s, a, b]| (r, k, session, s, a, b))
        });
        count(items.flat_map(|(r, k, session, s, a, b)| {
            let s = s_of(s);
            let head = session.head([s, a, b]);
            let c_bar = field.hash(1, &head);
            let c = field.sub(c_bar, b);
            let z_bar = (k + c * self.x + a) % q;
            let seen = [session.point, c].into_iter().chain(head).chain([z_bar]);
            let seen: Vec<_> = seen.collect();
            let (statement, w) = &made[(r * s % q) as usize - 1];
            field.vectors(statement.witnesses()).map(move |nonces| {
                let T = statement.phi(&nonces);
                let all: Vec<_> = seen.iter().chain(&T).copied().collect();
                let c = field.hash(2, &all[2..]);
                field.number(all.into_iter().chain(statement.respond(w, c, &nonces)))
            })
        }))
    }
}

/// S6.2 (`unlinkable_run`): two holders with other credentials, other v and other hidden
/// attributes, and the same 网号: every combination of an evidence session and a presentation
/// comes, for each of the two, from exactly one choice of r', s, a, b and the nonces. Counted
/// over all of them, with functions in the place of both hashes. A holder who does not draw s,
/// and an authority that has another x for one of them, are caught.
#[test]
fn two_holders_explain_every_session_and_presentation_equally() {
    // Which witnesses are not zero: ρ, ε, u_0, v at least.
    for (q, only) in [(3, &[0, 1, 2, 3, 9, 10][..]), (5, &[0, 1, 2, 9])] {
        let field = Field { q };
        let person = |x, e, v, hidden| {
            let mut opening = [0; 8];
            opening[0] = 1;
            opening[7] = v;
            let hidden = if only.contains(&10) { hidden } else { 0 };
            Person { field, x, e, opening, hidden }
        };
        let lives = |x, e, v, hidden| person(x, e, v, hidden).life(only, |s| s);
        let first = lives(1, 0, 2, 0);
        assert!(all_once(&first));
        assert!(first == lives(1, q - 2, 0, 1));

        assert!(!all_once(&person(1, 0, 2, 0).life(only, |_| 1)));
        assert!(first != lives(q - 1, 0, 2, 0));
    }
}
