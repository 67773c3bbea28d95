"""How much the desk answers within a minute: to one address, to one account, and of what costs much.

Counted in the memory of each process, for as many callers as `MOST_KEPT`. Tries to sign in are counted in the
register besides (`registry.commands.sign_in`).
"""

import math
import threading
import time
from collections.abc import Callable, Hashable

from registry.rules.throttling import network_of

WINDOW_SECONDS = 60.0
PER_ADDRESS = 6000
"""Fifty phones behind one address that send at once stay below it."""
PER_ACCOUNT = 1200
COSTLY = {("POST", "/api/decode"): 120, ("GET", "/api/package"): 60, ("POST", "/import"): 20}
"""Of one account, by method and path of the route."""
MOST_KEPT = 20_000


class TooMany(Exception):
    """More was asked than is answered within a minute. `seconds`: when to ask again."""

    def __init__(self, seconds: int) -> None:
        super().__init__(seconds)
        self.seconds = seconds


class Limits:
    """What was asked lately. `clock`: seconds that only go on."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._paid_until: dict[Hashable, float] = {}
        """Until when the requests so far last at the allowed pace; who asked last stands last."""
        self._counting = threading.Lock()

    def count_address(self, address: str | None) -> None:
        """Note a request from an address. Raises TooMany."""
        self._count(network_of(address or ""), PER_ADDRESS)

    def count_account(self, account_id: str, method: str, path: str) -> None:
        """Note a request of an account to a route. Raises TooMany."""
        self._count(account_id, PER_ACCOUNT)
        if (most := COSTLY.get((method, path))) is not None:
            self._count((account_id, path), most)

    def _count(self, who: Hashable, most: int) -> None:
        with self._counting:
            now, pace = self._clock(), WINDOW_SECONDS / most
            until = max(self._paid_until.pop(who, now), now)
            left = WINDOW_SECONDS - (until - now)
            is_within = left > pace / 2  # a whole request, but for rounding
            self._paid_until[who] = until + pace if is_within else until
            if len(self._paid_until) > MOST_KEPT:
                del self._paid_until[next(iter(self._paid_until))]
        if not is_within:
            raise TooMany(math.ceil(round(pace - left, 3)))
