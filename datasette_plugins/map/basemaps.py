"""What a page with a base map may ask the network for."""

from urllib.parse import urlsplit

from datasette_plugins.site.middleware import OWN_POLICY
from registry.rules.basemaps import Basemap


def policy_of(basemap: Basemap) -> str:
    """The pages' security policy, with pictures allowed from the hosts of the tiles and no others."""
    hosts = " ".join(dict.fromkeys(filter(None, map(_host, basemap.layers))))
    return OWN_POLICY.replace("img-src 'self'", f"img-src 'self' {hosts}") if hosts else OWN_POLICY


def _host(address: str) -> str:
    host = urlsplit(address.replace("{s}.", "*."))
    if not host.netloc or any(c in host.netloc for c in " ;,'\"{}@"):
        return ""
    return f"{host.scheme}://{host.netloc}"
