"""What can go wrong (SPEC.md section 15).

Every error has a `name`: for undecodable bytes the reason of section 15.1, for
the others that of section 15.2 or 15.3.
"""


class PairnymError(Exception):
    """Base of every error of this package."""


class DecodeError(PairnymError):
    """Bytes that are not the one encoding of a message."""

    REASONS = frozenset({
        "version", "kind", "short", "mac", "trailing", "scalar", "point", "identity",
        "identifier", "text", "code", "range", "order", "extension",
        # The text form of a pseudonym.
        "prefix", "length", "character", "case", "checksum", "padding",
    })

    def __init__(self, message, reason):
        assert reason in self.REASONS, reason
        super().__init__(f"{message}: {reason}")
        self.message = message
        self.name = reason


class Misuse(PairnymError):
    """One's own inputs, stores or clock do not allow the step; no other party
    did anything wrong that can be told, and nothing has been sent."""

    def __init__(self, name):
        super().__init__(name)
        self.name = name


class Rejected(PairnymError):
    """A message of another party does not verify; no reason is told."""

    name = "rejected"


class Replayed(PairnymError):
    """The nonce of the request has been used up before."""

    name = "replayed"


class Expired(PairnymError):
    """The request, the offer or the ticket is void."""

    name = "expired"


class Stopped(PairnymError):
    """A value of negligible probability came up."""

    name = "degenerate"


class Fault(PairnymError):
    """A computation went wrong on this machine, or something in its storage
    changed; the result is not given out. `evidence_used`: an item of evidence is
    gone too."""

    name = "fault"

    def __init__(self, evidence_used=False):
        super().__init__(self.name)
        self.evidence_used = evidence_used
