"""Holder secrets and pseudonyms, 网号 (SPEC.md section 5)."""

from .errors import DecodeError, Fault, Stopped
from .hashing import U, V, hkdf, wide_scalar
from .ristretto import ORDER, NotAPoint, Point, multiscalar
from .scope import check_name

SECRETS = 7


def _derive(master_secret, info, authority_id, length):
    assert len(master_secret) == 32
    return hkdf(b"pairnym-v1/master-secret", master_secret,
                info + check_name(authority_id).encode(), length)


def storage_key(master_secret, authority_id):
    """The key of what the holder stores."""
    return _derive(master_secret, b"pairnym-v1/storage-key", authority_id, 32)


class HolderSecrets:
    """u_0 … u_6 and v of one person for one authority id; after a hand-over (section 20.6)
    the share is part of u_0."""

    def __init__(self, master_secret, authority_id, share=0):
        self.authority_id = authority_id
        okm = _derive(master_secret, b"pairnym-v1/holder-secrets", authority_id, 512)
        scalars = [wide_scalar(okm[64 * k:64 * k + 64]) for k in range(SECRETS + 1)]
        self.u, self.v = scalars[:SECRETS], scalars[SECRETS]
        self.u[0] = (self.u[0] + share) % ORDER

    def witnesses(self):
        return [*self.u, self.v]

    def commitment(self):
        """C_u"""
        return multiscalar([*zip(self.u, U), (self.v, V)])

    def evaluate(self, scope):
        """f(z_s)"""
        z = scope.point()
        value = sum(u * pow(z, k, ORDER) for k, u in enumerate(self.u)) % ORDER
        if value == 0:
            raise Stopped("no pseudonym in this scope")
        return value

    def pseudonym(self, scope):
        """N_s"""
        assert scope.authority_id == self.authority_id
        return self.evaluate(scope) * scope.base()


def checked_secrets(master_secret, authority_id, share=0):
    """The secrets, computed twice: a wrong commitment would be registered for life."""
    secrets, again = (HolderSecrets(master_secret, authority_id, share) for _ in range(2))
    if secrets.commitment() != again.commitment():
        raise Fault
    return secrets


# Text form: Bech32m (BIP 350).

ALPHABET = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
PREFIX = "pn"
BECH32M = 0x2BC830A3
LENGTH = len(PREFIX) + 1 + 52 + 6
GENERATOR = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)


def _polymod(values):
    check = 1
    for value in values:
        top = check >> 25
        check = (check & 0x1FFFFFF) << 5 ^ value
        for i in range(5):
            if top >> i & 1:
                check ^= GENERATOR[i]
    return check


def _expand_prefix(prefix):
    return [ord(c) >> 5 for c in prefix] + [0] + [ord(c) & 31 for c in prefix]


def bech32m_encode(prefix, symbols):
    values = _expand_prefix(prefix) + symbols
    check = _polymod(values + [0] * 6) ^ BECH32M
    symbols = symbols + [check >> 5 * (5 - i) & 31 for i in range(6)]
    return prefix + "1" + "".join(ALPHABET[s] for s in symbols)


def encode_text(point):
    bits = int.from_bytes(point.encode(), "big") << 4  # 256 bits and 4 of padding
    return bech32m_encode(PREFIX, [bits >> 5 * (51 - i) & 31 for i in range(52)])


def decode_text(text):
    def fail(reason):
        raise DecodeError("Pseudonym", reason)

    encoded = text.encode("utf-8", "surrogatepass")
    lower = encoded.lower()  # of ASCII letters only
    start = len(PREFIX) + 1
    if lower[:start] != (PREFIX + "1").encode():
        fail("prefix")
    if len(lower) != LENGTH:
        fail("length")
    symbols = [ALPHABET.find(chr(c)) for c in lower[start:]]
    if -1 in symbols:
        fail("character")
    if encoded not in (lower, encoded.upper()):
        fail("case")
    if _polymod(_expand_prefix(PREFIX) + symbols) != BECH32M:
        fail("checksum")
    bits = 0
    for symbol in symbols[:-6]:
        bits = bits << 5 | symbol
    if bits & 15:
        fail("padding")
    data = (bits >> 4).to_bytes(32, "big")
    if data == bytes(32):
        fail("identity")
    try:
        return Point.decode(data)
    except NotAPoint:
        fail("point")
