"""Proofs of linear relations (SPEC.md section 6).

An equation is a pair (terms, image); a term is a pair (form, base), where the
form is a list of pairs (index of a witness, coefficient).
"""

from dataclasses import dataclass

from .errors import Stopped
from .hashing import U, V
from .ristretto import BASE, ORDER, Point, multiscalar


@dataclass(frozen=True)
class Equation:
    terms: tuple
    image: Point

    def apply(self, vector):
        """φ_j of a vector of scalars."""
        return multiscalar([
            (sum(coefficient * vector[i] for i, coefficient in form) % ORDER, base)
            for form, base in self.terms])


@dataclass(frozen=True)
class Proof:
    commitments: tuple
    responses: tuple


def single(bases, image, first=0):
    """The equation Σ w_i B_i = image, with witnesses numbered from first."""
    return Equation(tuple(([(first + i, 1)], base) for i, base in enumerate(bases)), image)


def opening(commitment):
    """Σ u_k U_k + v V = C_u (section 7)."""
    return [single([*U, V], commitment)]


def equal_logarithms(X, base, image):
    """x·G = X and x·base = image."""
    return [single([BASE], X), single([base], image)]


def prove(transcript, relation, witnesses, randomness):
    nonces = transcript.nonces(witnesses, randomness, len(witnesses))
    commitments = tuple(equation.apply(nonces) for equation in relation)
    if any(t.is_identity() for t in commitments):
        raise Stopped("a commitment is the identity")
    c = transcript.challenge(commitments)
    return Proof(commitments, tuple((n + c * w) % ORDER for n, w in zip(nonces, witnesses)))


def verify(transcript, relation, proof):
    c = transcript.challenge(proof.commitments)
    return all(equation.apply(proof.responses) == c * equation.image + t
               for equation, t in zip(relation, proof.commitments, strict=True))
