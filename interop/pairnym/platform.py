"""What a platform keeps: its id, the parameter list, and the nonces that are used
up (SPEC.md section 12)."""

from .errors import Expired, Replayed
from .scope import check_host


class Platform:
    def __init__(self, platform_id, plist):
        self.platform_id = check_host(platform_id)
        self.plist = plist
        self._used = set()

    def take_list(self, new):
        self.plist = self.plist.successor(new)

    def use_up(self, request, now):
        """Step 5."""
        if now > request.expiry:
            raise Expired
        if request.nonce in self._used:
            raise Replayed
        self._used.add(request.nonce)
