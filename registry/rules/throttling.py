"""How long somebody waits after wrong passwords. Pure: the instants of the tries come in.

Waits grow and end; whoever waits is not counted on, so that nobody can keep another out for good.
"""

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Patience:
    """So many tries within `window` cost nothing; then each costs twice the wait before, up to `most`."""

    free: int
    first: timedelta
    most: timedelta = timedelta(minutes=15)
    window: timedelta = timedelta(hours=1)


OF_LOGIN = Patience(free=5, first=timedelta(minutes=1))
OF_ADDRESS = Patience(free=30, first=timedelta(seconds=30))
"""Of an address: a whole office may sit behind one."""


def wait_until(tries: Sequence[datetime], now: datetime, patience: Patience) -> datetime | None:
    """Until when nothing is tried any more; None where the next try may be made at once.

    tries: when they were made, in any order; those before the window do not count.
    """
    counted = [at for at in tries if now - patience.window < at <= now]
    extra = len(counted) - patience.free
    if extra < 0:
        return None
    wait = min(patience.first * 2 ** min(extra, 20), patience.most)
    until = max(counted) + wait
    return until if until > now else None


def network_of(address: str) -> str:
    """What is counted as one address: of IPv6 the /64 that one household has; other texts as they are."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is not None:
            return str(found.ipv4_mapped)
        return str(ipaddress.ip_network((found, 64), strict=False).network_address)
    return str(found)
