//! SPEC §20.3 as it would be simpler, and broken: nonces in the clear, a challenge that is taken
//! from the other side. What [`ros`](super::ros) attacks. Enrollments only.

use curve25519_dalek::ristretto::RistrettoPoint;
use curve25519_dalek::scalar::Scalar;
use formulas::{U, enrollment_challenge, opening, scalar};

use super::*;

/// A second that shows T_G when its person has consented, and answers any T_W.
pub struct NaiveSecond {
    pub d: Scalar,
    pub C_u: RistrettoPoint,
    /// One answer for each.
    pub open: Vec<Option<(EnrollmentTicket, Scalar)>>,
}

impl NaiveSecond {
    /// T_G.
    pub fn approve(&mut self, ticket: &EnrollmentTicket) -> RistrettoPoint {
        let n = scalar(10_000 + self.open.len() as u64);
        self.open.push(Some((ticket.clone(), n)));
        U(0) * n
    }

    /// z, for a challenge of its own.
    pub fn answer(&mut self, session: usize, T_W: &RistrettoPoint) -> Scalar {
        let (ticket, n) = self.open[session].take().unwrap();
        let c = enrollment_challenge(&ticket, &self.C_u, &(T_W + U(0) * n));
        n + c * self.d
    }

    /// z, for the challenge that it is told.
    pub fn answer_to(&mut self, session: usize, c: &Scalar) -> Scalar {
        let (_, n) = self.open[session].take().unwrap();
        n + c * self.d
    }
}

/// A lead that shows T_W first, and completes with any T_G whose z fits.
pub struct NaiveLead {
    pub secrets: Vec<Scalar>,
    pub D: RistrettoPoint,
    pub C_u: RistrettoPoint,
    /// One completion for each.
    pub open: Vec<Option<(EnrollmentTicket, Vec<Scalar>)>>,
}

impl NaiveLead {
    /// T_W.
    pub fn ask(&mut self, ticket: &EnrollmentTicket) -> RistrettoPoint {
        let first = 20_000 + 8 * self.open.len() as u64;
        let nonces: Vec<_> = (first..first + 8).map(scalar).collect();
        let T_W = opening(&nonces);
        self.open.push(Some((ticket.clone(), nonces)));
        T_W
    }

    /// The responses, as they stand in the request that it posts.
    pub fn complete(
        &mut self,
        session: usize,
        T_G: &RistrettoPoint,
        z: &Scalar,
    ) -> Option<Vec<Scalar>> {
        let (ticket, nonces) = self.open[session].take()?;
        let c = enrollment_challenge(&ticket, &self.C_u, &(opening(&nonces) + T_G));
        if U(0) * z != self.D * c + T_G {
            return None;
        }
        let mut w: Vec<_> = nonces.iter().zip(&self.secrets).map(|(n, w)| n + c * w).collect();
        w[0] += z;
        Some(w)
    }
}
