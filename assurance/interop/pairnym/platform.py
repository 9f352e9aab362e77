"""What a platform keeps: its id, the parameter list, and the nonces that are used
up (SPEC.md section 12)."""

from .errors import Expired, Replayed
from .scope import check_host


class Platform:
    def __init__(self, platform_id, plist):
        self.platform_id = check_host(platform_id)
        self.plist = plist
        self._used = {}  # nonce to expiry
        self._dropped = set()  # the expiries of nonces that were dropped

    def take_list(self, new, now):
        self.plist = self.plist.successor(new, now)

    def use_up(self, request, now):
        """Step 5."""
        if now > request.expiry:
            raise Expired
        self._drop(now)
        if request.nonce in self._used or request.expiry in self._dropped:
            raise Replayed
        self._used[request.nonce] = request.expiry

    def _drop(self, now):
        for nonce, expiry in list(self._used.items()):
            if now > expiry:
                del self._used[nonce]
                self._dropped.add(expiry)
