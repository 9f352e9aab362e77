"""What can go wrong (SPEC.md section 15)."""


class PairnymError(Exception):
    """Base of every error of this package."""


class DecodeError(PairnymError):
    """Bytes that are not the one encoding of a message."""

    REASONS = frozenset({
        "wrong_version", "wrong_kind", "too_short", "trailing_bytes",
        "not_a_canonical_scalar", "not_a_point", "identity",
        "malformed_identifier", "out_of_order", "out_of_range",
        "unknown_code", "not_utf8",
        # The text form of a pseudonym (section 5.3) has reasons of its own.
        "mixed_case", "unknown_character", "wrong_prefix", "wrong_length",
        "wrong_checksum", "nonzero_padding",
    })

    def __init__(self, message, reason):
        assert reason in self.REASONS, reason
        super().__init__(f"{message}: {reason}")
        self.message = message
        self.reason = reason


class Refused(PairnymError):
    """One's own software asked for something the protocol refuses."""

    def __init__(self, reason):
        super().__init__(reason)
        self.reason = reason


class Invalid(PairnymError):
    """A message of another party does not verify; no reason is told."""


class Replay(PairnymError):
    """The nonce of the request has been consumed before."""


class Expired(PairnymError):
    """The request is void."""


class ProverStops(PairnymError):
    """A value of negligible probability came up."""
