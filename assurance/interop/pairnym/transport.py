"""What travels over HTTP (TRANSPORT.md): URIs, bodies, states, permission statements."""

import base64
import hashlib
import json
import re

from . import ed25519
from .scope import is_host, is_name
from .text import is_text

PATH = ".well-known/pairnym/"
LONGEST_BODY = 131_072
PURPOSES = {1: "registration", 2: "login", 3: "reverification", 4: "government-service"}


class Refused(ValueError):
    """Its argument says why."""


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64(text, length=None):
    """The bytes, if this is how they are written."""
    if not isinstance(text, str) or not re.fullmatch(r"[A-Za-z0-9_-]*", text):
        raise Refused("malformed")
    try:
        data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        raise Refused("malformed") from None
    if b64(data) != text or length not in (None, len(data)):
        raise Refused("malformed")
    return data


# URIs

def host(text):
    """(scheme, platform id)"""
    name, colon, port = text.rpartition(":")
    if colon and name.endswith(".localhost"):
        if not re.fullmatch(r"[1-9][0-9]{0,4}", port) or not int(port) < 65536 or port == "80":
            raise Refused("port")
        scheme = "http"
    else:
        name, scheme = text, "https"
        if name.endswith(".localhost"):
            raise Refused("port")
    if not is_host(name):
        raise Refused("host")
    return scheme, name


def parts(text):
    """(host, handle) of HOST/HANDLE"""
    place, slash, handle = text.partition("/")
    host(place)
    if not slash:
        raise Refused("path")
    return place, unb64(handle, 16)


def forms(place, handle, wallet, code):
    """Every text of §2, as it is written."""
    origin = f"{host(place)[0]}://{place}"
    return {
        "request_uri": f"{origin}/{PATH}{b64(handle)}",
        "pair": f"{origin}/{PATH}{b64(handle)}/pair",
        "link": f"{host(wallet)[0]}://{wallet}/#{place}/{b64(handle)}",
        "last_resort": f"pairnym:{place}/{b64(handle)}",
        "done": f"{origin}/{PATH}done#{b64(code)}",
    }


def invitation(text, development=False):
    """(flow, host, handle): what is read is what would be written."""
    if text.startswith("pairnym:"):
        flow, (place, handle) = "same-device", parts(text[len("pairnym:"):])
    elif "#" in text:
        before, _, fragment = text.partition("#")
        flow, (place, handle) = "same-device", parts(fragment)
        wallet = before.rpartition("://")[2].removesuffix("/")
        if f"{host(wallet)[0]}://{wallet}/" != before:
            raise Refused("wallet")
    else:
        flow = "cross-device"
        found = re.fullmatch(rf"https?://([^/]*)/{re.escape(PATH)}([^/]*)", text)
        if not found:
            raise Refused("form")
        place, handle = found[1], unb64(found[2], 16)
        if forms(place, handle, "wallet.example", bytes(16))["request_uri"] != text:
            raise Refused("scheme")
    if host(place)[0] == "http" and not development:
        raise Refused("development")
    return flow, place, handle


def code_of(handle, attempt):
    return hashlib.sha256(b"pairnym-v1/code\0" + handle + attempt).digest()[:16]


# Bodies: a check for each member, and which may be absent.

def members(data):
    """The body as it is; this reader refuses unknown members given twice, too, which it need not."""
    def once(pairs):
        if len({name for name, _ in pairs}) < len(pairs):
            raise Refused("malformed")
        return dict(pairs)

    if len(data) > LONGEST_BODY:
        raise Refused("too_long")
    try:
        body = json.loads(data.decode(), object_pairs_hook=once)
    except (ValueError, RecursionError):
        raise Refused("malformed") from None
    if not isinstance(body, dict):
        raise Refused("malformed")
    return body


def must(condition):
    if not condition:
        raise Refused("malformed")


def _signed(value):
    must(isinstance(value, dict))
    fits(value, {"statement": unb64, "registrar": _b64(32), "signature": _b64(64)})


def _b64(length):
    return lambda value: unb64(value, length)


def _flow(value):
    must(value in ("same-device", "cross-device"))


def _digits(value):
    must(isinstance(value, str) and re.fullmatch(r"[0-9]{6}", value))


def _boolean(value):
    must(isinstance(value, bool))


BODIES = {
    "question": ({"request": unb64, "flow": _flow}, {"permission": _signed}),
    "pair": ({"attempt": _b64(32)}, {}),
    "pairing": ({"paired": _boolean}, {"digits": _digits}),
    "answer": ({"attempt": _b64(32)},
               {"presentation": unb64, "login": unb64, "declined": _boolean}),
    "receipt": ({"nonce": _b64(32)}, {"code": _b64(16)}),
}


def fits(body, needed, optional=()):
    for name, check in needed.items():
        must(name in body)
        check(body[name])
    for name in optional:
        if body.get(name) is not None:
            optional[name](body[name])


def read_body(kind, data):
    body = members(data)
    fits(body, *BODIES[kind])
    if kind == "pairing":
        must((body.get("digits") is None) == body["paired"])
    if kind == "answer":
        content = [name for name in ("presentation", "login", "declined")
                   if body.get(name) is not None]
        must(len(content) == 1 and body.get("declined") is not False)
    return body


# States

def step(flow, state, event):
    """(next state, status, code)"""
    name, _, other = event.partition(", ")
    other = other == "other"
    if state == "expired":
        return state, 410, "expired"
    if name == "pair" and flow == "same-device":
        return state, 409, "wrong_flow"
    if state == "failed":
        return state, 410, "pairing_failed"
    waiting = state in ("open", "pairing", "paired")
    if waiting and state != "open" and other and (name != "answer" or state == "paired"):
        return state, 409, "taken"
    if name == "pair":
        if waiting:
            return "pairing" if state == "open" else state, 200, None
    elif name == "right digits":
        if state in ("pairing", "paired"):
            return "paired", 200, None
        return state, 409, "not_pairing"
    elif name == "wrong digits":
        if state != "pairing":
            return state, 409, "not_pairing"
        if event.endswith("last try"):
            return "failed", 410, "pairing_failed"
        return state, 403, "wrong_digits"
    elif name == "answer":
        if state == "paired" or state == "open" and flow == "same-device":
            return "answered", 200, None
        if waiting:
            return state, 409, "not_paired"
        if state in ("answered", "redeemed") and not other:
            return state, 200, None
    elif name == "decline":
        if waiting:
            return "declined", 200, None
        if state == "declined" and not other:
            return state, 200, None
    elif name == "redeem":
        if waiting:
            return state, 409, "not_answered"
        if state == "answered":
            return "redeemed", 200, None
        if state == "declined":
            return state, 410, "declined"
    return state, 410, "replayed"


def at(state, since, expires, now):
    if state == "pairing" and since + 120 < expires and now > since + 120:
        return "failed"
    if state in ("open", "pairing", "paired") and now > expires:
        return "expired"
    if state == "answered" and now > since + 60:
        return "expired"
    return state


# Permission statements and lists

def _verified(prefix, data, key, signature):
    return ed25519.verify(key, prefix + data, signature)


def permission(signed, registrars):
    """The statement, if a pinned registrar signed it."""
    key, data = unb64(signed["registrar"], 32), unb64(signed["statement"])
    if key not in registrars:
        raise Refused("unknown_registrar")
    if not _verified(b"pairnym-v1/permission\0", data, key, unb64(signed["signature"], 64)):
        raise Refused("signature")
    if len(data) > 32_768:
        raise Refused("too_long")
    try:
        statement = members(data)
        must(_is_number(statement.get("version")))
        if statement["version"] != 1:
            raise Refused("version")
        _check_types(statement)
    except Refused as refused:
        raise Refused("version" if refused.args[0] == "version" else "members") from None
    _check_rules(statement)
    return statement


def _is_number(value):
    return type(value) is int and 0 <= value < 2**64


def _is_text_object(value, names):
    return isinstance(value, dict) and all(isinstance(value.get(name), str) for name in names)


def _check_types(statement):
    must(isinstance(statement.get("authority"), str) and is_name(statement["authority"]))
    must(isinstance(statement.get("platform"), str) and is_host(statement["platform"]))
    must(_is_text_object(statement.get("names"), ("zh", "en")))
    must(_is_number(statement.get("from")) and _is_number(statement.get("until")))
    must(_is_text_object(statement.get("contacts"), ("privacy", "deletion", "supervisor")))
    must(isinstance(statement.get("purposes"), list))
    for grant in statement["purposes"]:
        must(isinstance(grant, dict) and isinstance(grant.get("purpose"), str))
        known, name = grant["purpose"] in PURPOSES.values(), grant["purpose"].removeprefix("other:")
        must(known or grant["purpose"] != name and is_name(name))
        must(isinstance(grant.get("statements"), bool))
        for member, absent in (("labels", True), ("attributes", False)):
            must(isinstance(grant.get(member), list))
            for name in grant[member]:
                must(name is None and absent or isinstance(name, str) and is_name(name))


def _check_rules(statement):
    if not 0 < statement["until"] - statement["from"] <= 2_592_000:
        raise Refused("validity")
    for name in (statement["names"][language] for language in ("zh", "en")):
        if len(name.encode()) > 200 or "\n" in name or not is_text(name.encode()):
            raise Refused("names")
    grants = statement["purposes"]
    if not (1 <= len(grants) <= 64
            and len({grant["purpose"] for grant in grants}) == len(grants)
            and all(1 <= len(grant["labels"]) <= 64 and len(grant["attributes"]) <= 64
                    for grant in grants)):
        raise Refused("purposes")
    for name in ("privacy", "deletion", "supervisor"):
        contact = statement["contacts"][name]
        if len(contact) > 1000 or not re.fullmatch(r"(https://|mailto:|tel:)[!-~]+", contact):
            raise Refused("contacts")


def excess(statement, request):
    """What the request asks beyond the statement."""
    purpose = PURPOSES.get(request.purpose) or f"other:{request.purpose}"
    grants = [grant for grant in statement["purposes"] if grant["purpose"] == purpose]
    if not grants:
        return ["purpose"]
    grant = grants[0]
    found = [f"attribute:{name}" for name in request.disclosures
             if name not in grant["attributes"]]
    if request.label not in grant["labels"]:
        found.append("label")
    if request.statement is not None and not grant["statements"]:
        found.append("statement")
    return found


def list_signers(signed, pins):
    """How many pinned keys have signed it."""
    data, signers = unb64(signed["list"]), set()
    if len(signed["signatures"]) > 16:
        raise Refused("signatures")
    for one in signed["signatures"]:
        key = unb64(one["key"], 32)
        if key in pins:
            if not _verified(b"pairnym-v1/list\0", data, key, unb64(one["signature"], 64)):
                raise Refused("signature")
            signers.add(key)
    return len(signers)
