"""The fields of a message, by SPEC.md section 14, and what each can be changed into."""

from dataclasses import dataclass

from pairnym.ristretto import BASE, FIELD, ORDER, Point

NAME8, POINT, SCALAR, BYTES, NUMBER, TEXT = (
    "name", "point", "scalar", "bytes", "number", "text")


@dataclass(frozen=True)
class Field:
    name: str
    kind: str
    start: int
    end: int

    def of(self, message):
        return message[self.start:self.end]

    def put(self, message, content):
        return message[:self.start] + content + message[self.end:]


class Layout:
    """Walks over a message that is known to be well formed."""

    def __init__(self, message):
        self.message, self.position, self.fields = message, 2, []

    def take(self, name, kind, length):
        end = self.position + length
        self.fields.append(Field(name, kind, self.position, end))
        self.position = end
        return self.fields[-1].of(self.message)

    def number(self, name, length=1):
        return int.from_bytes(self.take(name, NUMBER, length), "big")

    def short(self, name, kind):
        """Length and content are one field."""
        self.take(name, kind, 1 + self.message[self.position])

    def points(self, *names):
        for name in names:
            self.take(name, POINT, 32)

    def scalars(self, *names):
        for name in names:
            self.take(name, SCALAR, 32)

    def value(self, name):
        tag = self.message[self.position]
        length = {0: 1, 1: 2, 2: 9}.get(tag)
        self.take(name, f"value {tag}", length or 2 + self.message[self.position + 1])

    def opening(self):
        self.points("T")
        self.scalars(*(f"û_{k}" for k in range(7)), "v̂")

    def evidence(self):
        self.points("Ā", "B̄", "R̄1", "R̄2")
        self.scalars("z̄")


def _parameters(at):
    at.number("suite")
    at.short("authority id", NAME8)
    at.points("X")
    at.number("epoch length", 4)
    at.number("batches")
    for _ in range(at.number("count")):
        at.short("attribute name", NAME8)
        at.number("attribute kind")


def _ticket(at):
    at.short("authority id", NAME8)
    at.take("transaction id", BYTES, 32)
    at.take("nonce", BYTES, 32)


def _enrollment_request(at):
    at.take("transaction id", BYTES, 32)
    at.points("C_u")
    at.opening()


def _offer(at):
    at.take("params_id", BYTES, 32)
    at.number("t", 8)
    at.take("nonce", BYTES, 32)
    at.points("C_u")
    for _ in range(at.number("count")):
        at.value("value")


def _issuance_request(at):
    at.take("nonce", BYTES, 32)
    at.opening()


def _issuance_response(at):
    at.points("A")
    at.scalars("e")
    at.points("T_1", "T_2")
    at.scalars("x̂")


def _evidence_request(at):
    at.take("params_id", BYTES, 32)
    at.points("A'", "B'")


def _commitments(at):
    at.take("session id", BYTES, 32)
    for _ in range(32):
        at.points("R1", "R2")


def _scalar_batch(name):
    def walk(at):
        at.take("session id", BYTES, 32)
        at.scalars(*[name] * 32)
    return walk


def _slot(at):
    at.take("params_id", BYTES, 32)
    at.number("t", 8)


def _request(at):
    at.short("authority id", NAME8)
    at.short("platform id", "host")
    at.short("label", NAME8)
    at.number("wanted")
    if at.number("purpose") == 0xFF:
        at.short("own purpose", NAME8)
    at.take("nonce", BYTES, 32)
    at.number("expiry", 8)
    for _ in range(at.number("count of slots")):
        _slot(at)
    for _ in range(at.number("count of disclosures")):
        at.short("disclosure", NAME8)
    for _ in range(at.number("count of conditions")):
        at.number("position")
        operator = at.number("operator")
        if operator == 1:
            at.value("operand")
        elif operator in (2, 3):
            at.number("operand", 8)
    if at.number("has statement"):
        at.take("statement", TEXT, at.number("statement length", 2))
    if at.number("has notice"):
        at.take("notice", BYTES, 32)
    at.number("extensions")


def _presentation(at):
    at.take("nonce", BYTES, 32)
    at.number("slot")
    for _ in range(at.number("count of disclosed")):
        at.value("disclosed value")
    at.evidence()
    at.points("N", "T_1", "T_2")
    at.scalars("ρ̂", "ε̂", *(f"û_{k}" for k in range(7)), "v̂")
    at.scalars(*["m̂"] * at.number("count of hidden"))


def _login(at):
    at.take("nonce", BYTES, 32)
    at.points("N", "T")
    at.scalars("ŝ")


def _list(at):
    at.short("authority id", NAME8)
    at.short("host", "host")
    at.number("serial", 4)
    at.take("previous", BYTES, 32)
    at.number("since", 8)
    at.number("until", 8)
    for _ in range(at.number("count of entries")):
        at.number("from", 8)
        at.number("version of parameters")
        at.number("kind of parameters")
        _parameters(at)
    for _ in range(at.number("count of withdrawn")):
        at.take("withdrawn params_id", BYTES, 32)
        at.number("suspect since", 8)
    at.number("extensions")


def _credential(at):
    _slot(at)
    at.points("C_u", "A")
    at.scalars("e")
    at.points("W")
    for _ in range(at.number("count")):
        at.value("value")


def _evidence(at):
    at.take("credential id", BYTES, 32)
    at.evidence()
    at.scalars("ρ")


def _open_ticket(at):
    _ticket(at)
    at.number("expiry", 8)


def _open_offer(at):
    _offer(at)
    at.number("expiry", 8)


def _invitation(at):
    at.short("authority id", NAME8)
    at.take("pid", BYTES, 32)
    at.take("channel key", BYTES, 32)
    at.points("D", "T")
    at.scalars("d̂")


def _pairing_answer(at):
    at.take("pid", BYTES, 32)
    at.take("channel key", BYTES, 32)
    at.points("C_1")
    at.opening()


def _pairing_commitment(at):
    at.short("authority id", NAME8)
    at.take("pid", BYTES, 32)
    at.take("x", BYTES, 32)


def _co_request(at):
    at.take("pid", BYTES, 32)
    at.take("attempt", BYTES, 32)
    at.number("version of body")
    kind = at.number("kind of body")
    if kind == 2:
        return _ticket(at)
    if kind == 4:
        return _offer(at)
    _request(at)
    if at.position < len(at.message):
        at.number("slot")
        for _ in range(at.number("count of disclosed")):
            at.value("disclosed value")


def _co_approval(at):
    at.take("pid", BYTES, 32)
    at.take("h", BYTES, 32)
    if at.number("has N_2"):
        at.points("N_2")


def _co_nonces(at):
    at.take("h", BYTES, 32)
    act = at.number("act")
    at.points(*["T_W"] * (2 if act == 2 else 1))
    if act > 1:
        at.points("N")
    if act == 2:
        at.evidence()


def _co_answer(at):
    at.take("h", BYTES, 32)
    at.points(*["T_G"] * at.number("count"))
    at.scalars("z")


def _transfer(at):
    at.short("authority id", NAME8)
    at.take("pid", BYTES, 32)
    at.points("C_u")
    at.scalars("d")


def _pairing(at):
    at.take("pid", BYTES, 32)
    at.take("channel key", BYTES, 32)
    at.points("D")


def _share(at):
    at.take("pid", BYTES, 32)
    at.take("channel key", BYTES, 32)
    at.points("C_u")
    at.scalars("d")


def _record(at):
    at.short("authority id", NAME8)
    at.take("pid", BYTES, 32)
    at.take("channel key", BYTES, 32)
    at.points("D", "C_u")


WALKS = {
    "AuthorityParameters": _parameters, "EnrollmentTicket": _ticket,
    "EnrollmentRequest": _enrollment_request, "IssuanceOffer": _offer,
    "IssuanceRequest": _issuance_request, "IssuanceResponse": _issuance_response,
    "EvidenceRequest": _evidence_request, "EvidenceCommitments": _commitments,
    "EvidenceChallenges": _scalar_batch("c"), "EvidenceResponses": _scalar_batch("z"),
    "Request": _request, "Presentation": _presentation, "Login": _login,
    "ParameterList": _list, "Credential": _credential, "Evidence": _evidence,
    "OpenTicket": _open_ticket, "OpenOffer": _open_offer,
    "PairingInvitation": _invitation, "PairingAnswer": _pairing_answer,
    "PairingCommitment": _pairing_commitment, "CoRequest": _co_request,
    "CoApproval": _co_approval, "CoNonces": _co_nonces, "CoAnswer": _co_answer,
    "ShareTransfer": _transfer, "Pairing": _pairing, "Share": _share, "PairingRecord": _record,
}


def fields(name, message):
    """The fields of the message with this name, from left to right."""
    layout = Layout(message)
    WALKS[name](layout)
    assert layout.position == len(message), (name, layout.position, len(message))
    return layout.fields


def other(field, message):
    """Another content of a field of which the message still decodes, or None."""
    content = field.of(message)
    if field.kind == POINT:
        moved = Point.decode(content) + BASE
        return (moved + BASE if moved.is_identity() else moved).encode()
    if field.kind == SCALAR:
        return ((int.from_bytes(content, "little") + 1) % ORDER).to_bytes(32, "little")
    if field.kind == BYTES:
        return content[:-1] + bytes([content[-1] ^ 1]) if content else None
    if field.kind in (NAME8, "host"):
        if len(content) < 2:
            return None
        return content[:1] + (b"b" if content[1:2] == b"a" else b"a") + content[2:]
    if field.kind == TEXT:
        return content[:-1] + (b"b" if content[-1:] == b"a" else b"a")
    if field.kind == "value 0":
        return b"\1\0"
    if field.kind == "value 1":
        return bytes([1, 1 - content[1]])
    if field.kind == "value 2":
        return content[:-1] + bytes([content[-1] ^ 1])
    if field.kind == "value 3":
        return b"\3\5other" if content != b"\3\5other" else b"\3\4same"
    return None  # numbers have meanings of their own


def broken(field, message):
    """Contents of which the message does not decode, or not to the same."""
    content = field.of(message)
    if field.kind == POINT:
        s = int.from_bytes(content, "little")
        yield bytes(32)
        yield (FIELD - s).to_bytes(32, "little")  # negative
        yield (s | 1 << 255).to_bytes(32, "little")
        yield b"\xff" * 32
        yield (FIELD + 1).to_bytes(32, "little")  # 1, not reduced
        yield (FIELD - 1).to_bytes(32, "little")  # −1: y = 0
    elif field.kind == SCALAR:
        s = int.from_bytes(content, "little")
        yield ORDER.to_bytes(32, "little")
        yield (s + ORDER).to_bytes(32, "little")
        yield (s | 1 << 255).to_bytes(32, "little")
        yield b"\xff" * 32
    elif field.kind in (NAME8, "host"):
        yield b"\0"
        yield b"\1A"
        yield b"\1-"
        yield b"\x40" + b"a" * 64
        yield b"\xff" + b"a" * 255
        yield b"\2\xc3\xa9"
        yield b"\x05a.b.c"
        yield b"\x07ab--c.d"
        yield b"\x071.2.3.4"
    elif field.kind.startswith("value"):
        for content in (b"\0", b"\1\2", b"\1\1", b"\2" + b"\xff" * 8, b"\3\0", b"\3\1\xff",
                        b"\3\3\xed\xa0\x80", b"\3\2\xc0\x80", b"\3\1 ", b"\3\2a\t", b"\4",
                        b"\xff"):
            yield content
    elif field.kind == TEXT:
        length = len(content)
        for text in (b"\xff", b"\t", "\u202e".encode(), "\ufe0f".encode(), b"\r\n"):
            yield (text + b"a" * length)[:length]
        yield b" " * length
    elif field.kind == NUMBER:
        length = len(content)
        value = int.from_bytes(content, "big")
        for changed in (value + 1, value - 1, 0, 1, 63, 64, 65, 255, 256**length - 1):
            if 0 <= changed < 256**length:
                yield changed.to_bytes(length, "big")
