"""A shop in Python, with pairnym-platform beside it: the standard library is enough.

    python3 shop.py http://127.0.0.1:8081 token 8000

The arguments are the API's listener, the file with its token, and the port of the shop. The
configuration has a question `register` with `return_to = "/welcome"`, and a reverse proxy sends
/.well-known/pairnym/ and /pairnym/ of the same origin to pairnym-platform's public listener. Its pages
begin, and set the cookie __Host-pairnym (below .localhost: pairnym): the transaction, which the
shop redeems when the browser comes back with it.
"""

import http.cookies
import http.server
import json
import secrets
import sys
import urllib.error
import urllib.parse
import urllib.request

API, TOKEN_FILE, PORT = sys.argv[1], sys.argv[2], int(sys.argv[3])
ORIGIN = sys.argv[4] if len(sys.argv) > 4 else "https://shop.example"
COOKIE = "__Host-pairnym" if ORIGIN.startswith("https:") else "pairnym"
with open(TOKEN_FILE) as file:
    TOKEN = file.read().strip()
sessions: dict[str, str] = {}


def redeem(transaction: str, code: str) -> tuple[int, dict]:
    """The account, or the problem."""
    path = f"{API}/v1/transactions/{urllib.parse.quote(transaction, safe='')}/redeem"
    body = json.dumps({"code": code} if code else {}).encode()
    headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"}
    try:
        with urllib.request.urlopen(urllib.request.Request(path, body, headers)) as response:
            return response.status, json.load(response)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


class Shop(http.server.BaseHTTPRequestHandler):
    def cookie(self, name: str) -> str:
        cookies = http.cookies.SimpleCookie(self.headers.get("Cookie", ""))
        return cookies[name].value if name in cookies else ""

    def answer(self, status: int, text: str, *headers: tuple[str, str]) -> None:
        body = text.encode()
        self.send_response(status)
        for name, value in (*headers, ("Content-Type", "text/html; charset=utf-8")):
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self) -> None:
        person = sessions.get(self.cookie("session"))
        if person:
            self.answer(200, f"<h1>Welcome</h1><p>You are {person}.")
        else:
            self.answer(200, "<h1>Shop</h1><a href='/pairnym/ask/register'>Register</a>")

    def do_POST(self) -> None:
        # Only this shop's own pages, and only the browser that began.
        if self.path != "/welcome" or self.headers.get("Origin") != ORIGIN:
            return self.answer(403, "<h1>Not from here</h1>")
        length = min(int(self.headers.get("Content-Length") or 0), 10_000)
        form = urllib.parse.parse_qs(self.rfile.read(length).decode("ascii", "replace"))
        status, account = redeem(self.cookie(COOKIE), form.get("code", [""])[0])
        if status != 200:
            return self.answer(status, f"<h1>{account['code']}</h1>")
        session = secrets.token_urlsafe()
        sessions[session] = account["pseudonym"]
        cookie = f"session={session}; Path=/; HttpOnly; SameSite=Lax; Secure"
        return self.answer(303, "", ("Location", "/"), ("Set-Cookie", cookie))

    def log_message(self, *_: object) -> None:
        """Requests are not logged."""


if __name__ == "__main__":
    http.server.ThreadingHTTPServer(("127.0.0.1", PORT), Shop).serve_forever()
