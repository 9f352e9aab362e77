//! What `find_bad` finds, and how often it looks.

use core::cell::RefCell;

use curve25519_dalek::constants::RISTRETTO_BASEPOINT_POINT as G;

use super::*;
use crate::answer::login::LoginRelation;
use crate::sigma::proof::Proof;

/// A proof of one equation that notes when it is hashed and when it is folded.
struct Noted<'a> {
    index: usize,
    base: RistrettoPoint,
    c: Scalar,
    proof: Proof<1, [Scalar; 1]>,
    notes: &'a RefCell<Vec<Note>>,
}

#[derive(Clone, Copy)]
enum Note {
    Hashed,
    Folded(usize),
}

impl Member for Noted<'_> {
    fn scalars(&self, transcript: Transcript) -> Transcript {
        self.notes.borrow_mut().push(Note::Hashed);
        transcript.count(2).part(self.c.as_bytes()).parts(&self.proof.responses)
    }

    fn fold<'a>(&'a self, fold: &mut Fold<'a>) {
        self.notes.borrow_mut().push(Note::Folded(self.index));
        fold.own(&[G]);
        // Some have a scope without a table.
        let scope = if self.index % 3 == 1 { fold.another(&self.base) } else { Base::Fixed(0) };
        let relation = LoginRelation { scope };
        fold.add(&relation, &self.c, &self.proof.commitments, &self.proof.responses);
    }
}

/// Verifies a batch in which the given members are bad, and checks the documented bound.
fn check(len: usize, is_bad: impl Fn(usize) -> bool) {
    let notes = RefCell::new(Vec::new());
    let base = G + G;
    let member = |index| {
        let c = Scalar::from(index as u64 + 3);
        let response = Scalar::from(index as u64 + 5) * c;
        let T = base * response - G * c + if is_bad(index) { G } else { RistrettoPoint::default() };
        let proof = Proof { commitments: [Element::new(T).unwrap()], responses: [response] };
        Noted { index, base, c, proof, notes: &notes }
    };
    let members: Vec<_> = (0..len).map(member).collect();
    let members: Vec<_> = members.iter().collect();
    let found = find_bad(&members, &Tables::new(&[base]), &begin(None));
    assert_eq!(found, (0..len).filter(|index| is_bad(*index)).collect::<Vec<_>>());

    let notes = notes.take();
    let mut folded = 0;
    let mut alone = alloc::vec![0; len];
    for part in notes.chunk_by(|a, b| !matches!((a, b), (Note::Folded(_), Note::Hashed))) {
        folded += part.len() / 2;
        if let [Note::Hashed, Note::Folded(index)] = part {
            alone[*index] += 1;
        }
    }
    assert!(folded <= 4 * len, "{folded} foldings of {len} members");
    assert!(alone.iter().all(|times| *times <= 1));
    if (0..len).all(|index| !is_bad(index)) {
        assert_eq!(folded, len);
    }
}

#[test]
fn finds_the_bad_ones_within_the_bound() {
    for len in [0, 1, 2, 3, 4, 5, 6, 7, 9, 63, 64, 65, 66, 130] {
        check(len, |_| false);
        check(len, |_| true);
        check(len, |index| index == 0);
        check(len, |index| index + 1 == len);
        check(len, |index| index % 2 == 0);
        check(len, |index| index % 7 == 3);
        check(len, |index| index % 64 == 31 || index % 64 == 0);
    }
}

#[test]
fn finds_the_bad_ones_of_large_batches_within_the_bound() {
    for len in [1024, 4096] {
        check(len, |index| index % 64 == 37);
        check(len, |_| true);
    }
}

#[test]
fn finds_every_pattern_of_a_small_batch() {
    for len in 1..=7 {
        for pattern in 0..1 << len {
            check(len, |index| pattern >> index & 1 == 1);
        }
    }
}
