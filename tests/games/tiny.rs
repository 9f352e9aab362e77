use std::collections::HashMap;
use std::sync::LazyLock;

use curve25519_dalek::scalar::Scalar;
use pairnym::attribute::Value;
use pairnym::hazmat::sigma::{Base, Relation, Sums};
use pairnym::hazmat::{KeyRelation, LoginRelation, Opening, PresentationRelation};

/// The blinding of evidence, and whole lives.
mod evidence;

/// The group is Z_q itself, added: a point is its own discrete logarithm.
#[derive(Clone, Copy)]
struct Field {
    q: u64,
}

impl Field {
    fn of(self, scalar: &Scalar) -> u64 {
        let small = |scalar: &Scalar| {
            let (low, high) = scalar.as_bytes().split_at(8);
            (high == [0; 24]).then(|| u64::from_le_bytes(low.try_into().unwrap()) % self.q)
        };
        let negative = || small(&-scalar).map(|negated| self.neg(negated));
        small(scalar).or_else(negative).expect("a coefficient that fits a small field")
    }

    fn neg(self, a: u64) -> u64 {
        (self.q - a) % self.q
    }

    fn sub(self, a: u64, b: u64) -> u64 {
        (a + self.neg(b)) % self.q
    }

    fn inverse(self, a: u64) -> u64 {
        (1..self.q).find(|b| a * b % self.q == 1).expect("not zero")
    }

    fn dot(self, a: &[u64], b: &[u64]) -> u64 {
        a.iter().zip(b).map(|(a, b)| a * b).sum::<u64>() % self.q
    }

    /// All vectors of this length.
    fn vectors(self, length: u32) -> impl Iterator<Item = Vec<u64>> {
        (0..self.q.pow(length))
            .map(move |index| (0..length).map(|i| index / self.q.pow(i) % self.q).collect())
    }

    /// A vector as a number.
    fn number(self, digits: impl IntoIterator<Item = u64>) -> u128 {
        digits.into_iter().fold(1, |number, digit| number * u128::from(self.q) + u128::from(digit))
    }

    /// Some function, in the place of a hash.
    fn hash(self, label: u64, parts: &[u64]) -> u64 {
        let mix = |state: u64, part: &u64| {
            let state = (state ^ part).wrapping_mul(0x9e37_79b9_7f4a_7c15);
            (state ^ (state >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9).rotate_left(31)
        };
        parts.iter().fold(mix(!0, &label), mix) % self.q
    }
}

/// The number of times that each value came.
fn count<T: std::hash::Hash + Eq>(values: impl Iterator<Item = T>) -> HashMap<T, u32> {
    let mut counts = HashMap::new();
    values.for_each(|value| *counts.entry(value).or_default() += 1);
    counts
}

fn all_once<T>(counts: &HashMap<T, u32>) -> bool {
    counts.values().all(|count| *count == 1)
}

/// Adds up points, which are numbers.
struct Numbers<'a, P, const E: usize> {
    field: Field,
    point: &'a P,
    sums: [u64; E],
}

impl<P: Fn(Base) -> u64, const E: usize> Sums for Numbers<'_, P, E> {
    fn add(&mut self, equation: usize, scalar: &Scalar, base: Base) {
        let term = self.field.of(scalar) * (self.point)(base);
        self.sums[equation] = (self.sums[equation] + term) % self.field.q;
    }

    fn subtract(&mut self, equation: usize, scalar: &Scalar, base: Base) {
        self.add(equation, &-scalar, base);
    }
}

/// A linear statement φ(w) = Y, as a matrix.
struct Statement {
    field: Field,
    rows: Vec<Vec<u64>>,
    right: Vec<u64>,
}

impl Statement {
    /// The library's own statement, read off at the unit vectors, with these points.
    fn of<const E: usize>(
        q: u64,
        relation: &impl Relation<E>,
        witnesses: usize,
        point: impl Fn(Base) -> u64,
    ) -> Self {
        let field = Field { q };
        let columns = (0..witnesses).map(|i| {
            let mut unit = vec![Scalar::ZERO; witnesses];
            unit[i] = Scalar::ONE;
            let mut numbers = Numbers { field, point: &point, sums: [0; E] };
            relation.left(&unit, &mut numbers);
            numbers.sums
        });
        let columns: Vec<_> = columns.collect();
        let row = |equation| columns.iter().map(|column: &[u64; E]| column[equation]).collect();
        let rows = (0..E).map(row).collect();
        let mut numbers = Numbers { field, point: &point, sums: [0; E] };
        relation.right(&mut numbers);
        Self { field, rows, right: numbers.sums.to_vec() }
    }

    /// The statement about these witnesses, all others being zero: fewer coins to count.
    fn only(mut self, witnesses: &[usize]) -> Self {
        let keep = |row: &Vec<u64>| witnesses.iter().map(|i| row[*i]).collect();
        self.rows = self.rows.iter().map(keep).collect();
        self
    }

    fn witnesses(&self) -> u32 {
        self.rows[0].len() as u32
    }

    fn phi(&self, w: &[u64]) -> Vec<u64> {
        self.rows.iter().map(|row| self.field.dot(row, w)).collect()
    }

    fn respond(&self, w: &[u64], c: u64, nonces: &[u64]) -> Vec<u64> {
        nonces.iter().zip(w).map(|(n, w)| (n + c * w) % self.field.q).collect()
    }

    fn transcript(&self, T: Vec<u64>, responses: Vec<u64>) -> u128 {
        self.field.number(T.into_iter().chain(responses))
    }

    /// (T, ŵ) of the prover for all its coins. `faulty` spoils the nonces.
    fn real(&self, w: &[u64], c: u64, faulty: impl Fn(&mut [u64])) -> HashMap<u128, u32> {
        count(self.field.vectors(self.witnesses()).map(|mut nonces| {
            faulty(&mut nonces);
            self.transcript(self.phi(&nonces), self.respond(w, c, &nonces))
        }))
    }

    /// (T, ŵ) of the simulator for all its coins: T = φ(ŵ) − c·Y.
    fn simulated(&self, Y: &[u64], c: u64) -> HashMap<u128, u32> {
        count(self.field.vectors(self.witnesses()).map(|responses| {
            let left = self.phi(&responses);
            let T = left.iter().zip(Y).map(|(left, Y)| self.field.sub(*left, c * Y % self.field.q));
            self.transcript(T.collect(), responses)
        }))
    }

    /// Whether prover and simulator have the same distribution, for every challenge.
    fn is_simulated(&self, w: &[u64], faulty: impl Fn(&mut [u64])) -> bool {
        let Y = self.phi(w);
        (0..self.field.q).all(|c| {
            let simulated = self.simulated(&Y, c);
            all_once(&simulated) && self.real(w, c, &faulty) == simulated
        })
    }

    fn check(&self) {
        let n = self.witnesses() as usize;
        let w: Vec<u64> = (1..=self.witnesses().into()).map(|i| i * i % self.field.q).collect();
        assert!(self.is_simulated(&w, |_| ()));
        assert!(self.is_simulated(&vec![0; n], |_| ()));

        let last = n - 1;
        let never_the_largest = |nonces: &mut [u64]| nonces[last] %= self.field.q - 1;
        assert!(!self.is_simulated(&w, never_the_largest));
        let none = |nonces: &mut [u64]| nonces[last] = 0;
        assert!(!self.is_simulated(&w, none));
        let one_twice = |nonces: &mut [u64]| nonces[0] = nonces[last];
        assert!(n == 1 || !self.is_simulated(&w, one_twice));
    }
}

/// Some points other than O, by their places.
fn points(q: u64) -> impl Fn(Base) -> u64 {
    move |base| match base {
        Base::Fixed(place) => 1 + (5 * place as u64 + 2) % (q - 1),
        Base::Own(place) => 1 + (3 * place as u64 + 1) % (q - 1),
    }
}

static TWO: LazyLock<Scalar> = LazyLock::new(|| Scalar::from(2u64));

/// A scalar of 1.
const DISCLOSED: &[(u8, &Value)] = &[(0, &Value::Flag(true))];

/// With one disclosed attribute, one hidden one, and the scope point 2.
fn presentation() -> PresentationRelation<'static> {
    PresentationRelation {
        attributes: 2,
        disclosed: DISCLOSED,
        scope: Base::Own(3),
        epoch: Base::Own(4),
        point: &TWO,
    }
}

const KEY: KeyRelation =
    KeyRelation { key: Base::Own(0), point: Base::Own(1), multiple: Base::Own(2) };

/// Σ4 (`sigma_count_simulated`): for every witness and challenge the prover makes each transcript
/// for as many coins as the simulator, namely each that verifies for exactly one. Counted over
/// all coins, for the four statements of the protocol as the library has them. A nonce that
/// misses one value, is constant, or is used for two witnesses is caught.
#[test]
fn real_and_simulated_transcripts_are_equally_frequent() {
    for q in [3, 11, 13] {
        Statement::of(q, &KEY, 1, points(q)).check();
        Statement::of(q, &LoginRelation { scope: Base::Own(1) }, 1, points(q)).check();
    }
    Statement::of(3, &Opening, 8, points(3)).check();
    Statement::of(11, &Opening, 8, points(11)).only(&[0, 6, 7]).check();
    Statement::of(3, &presentation(), 11, points(3)).only(&[0, 1, 2, 3, 4, 8, 9, 10]).check();
    // ρ, ε, u_1, v; and ρ, u_0, v, the hidden attribute.
    Statement::of(7, &presentation(), 11, points(7)).only(&[0, 1, 3, 9]).check();
    Statement::of(7, &presentation(), 11, points(7)).only(&[0, 2, 9, 10]).check();
}

/// Σ4, second half (`sigma_witness_indistinguishable`): two witnesses of one statement make each
/// transcript for equally many coins. Another statement's witness does not.
#[test]
fn two_witnesses_of_one_statement_are_not_told_apart() {
    let statement = Statement::of(7, &presentation(), 11, points(7)).only(&[0, 1, 2, 3, 9]);
    let w = [3, 1, 4, 1, 5];
    let same = |other: &[u64]| statement.phi(other) == statement.phi(&w);
    let others: Vec<_> = statement.field.vectors(5).filter(|other| same(other)).collect();
    assert_eq!(others.len(), 7usize.pow(3));
    let c = 4;
    let real = statement.real(&w, c, |_| ());
    for other in others.iter().step_by(50) {
        assert!(statement.real(other, c, |_| ()) == real);
    }
    let mut false_one = w;
    false_one[2] += 1;
    assert!(statement.real(&false_one, c, |_| ()) != real);
}

/// S1 and Σ3 (`evidence_false_pair`): of a pair with B̄ ≠ x·Ā and any commitments, at most one
/// challenge has an answer that verifies; of a true pair with commitments R̄1 = κ·G, R̄2 = κ·Ā,
/// every challenge has. Counted over all pairs, commitments, challenges and answers.
#[test]
fn a_false_pair_has_at_most_one_answerable_challenge() {
    let (q, x) = (7, 3);
    let field = Field { q };
    for pair in field.vectors(2) {
        let (point, multiple) = (pair[0], pair[1]);
        let statement = Statement::of(q, &KEY, 1, |base| match base {
            Base::Fixed(_) => 1,
            Base::Own(place) => [x, point, multiple][place],
        });
        for R in field.vectors(2) {
            let verifies = |c: u64, z: u64| {
                let right = R.iter().zip(&statement.right).map(|(R, Y)| (R + c * Y) % q);
                statement.phi(&[z]).into_iter().eq(right)
            };
            let answerable = (0..q).filter(|c| (0..q).any(|z| verifies(*c, z))).count();
            match (multiple == x * point % q, R[1] == R[0] * point % q) {
                (true, true) => assert_eq!(answerable, 7),
                (true, false) => assert_eq!(answerable, 0),
                (false, _) => assert!(answerable <= 1),
            }
        }
    }
}

/// S7 (a), (b), (d) (`pseudonyms_jointly_uniform`, `enrollment_independent`,
/// `pseudonyms_beyond`), with 3 secrets u_k in place of 7: for t ≤ 3 scopes each (C_u, N_1 … N_t)
/// comes from q^{3−t} of the (u, v); with a fourth scope most never come. Two scopes with one
/// point, or V = O, are caught.
#[test]
fn few_pseudonyms_and_the_commitment_are_jointly_uniform() {
    let field = Field { q: 5 };
    let q = field.q;
    let counts = |z: &[u64], V: u64| {
        let pseudonym = |u: &[u64], i: usize| {
            let f = u.iter().rev().fold(0, |sum, u| (sum * z[i] + u) % q);
            f * (1 + i as u64 % 4) % q
        };
        count(field.vectors(4).map(|secrets| {
            let (u, v) = secrets.split_at(3);
            let C = (field.dot(u, &[2, 3, 4]) + v[0] * V) % q;
            field.number([C].into_iter().chain((0..z.len()).map(|i| pseudonym(u, i))))
        }))
    };
    for z in [&[][..], &[2], &[4, 1], &[0, 3, 2]] {
        let t = z.len() as u32;
        let counts = counts(z, 3);
        assert_eq!(counts.len() as u64, q.pow(1 + t));
        assert!(counts.values().all(|n| u64::from(*n) == q.pow(3 - t)));
    }
    assert_eq!(counts(&[0, 1, 2, 3], 3).len() as u64, q.pow(4), "of q^5");
    assert!((counts(&[2, 2], 3).len() as u64) < q.pow(3));
    assert!((counts(&[0, 3, 2], 0).len() as u64) < q.pow(4));
}
