"""Who may come in: loopback names only, and no page of another site may post here."""

from __future__ import annotations

from urllib.parse import urlsplit

from fiscal.sandbox.web import Refusal, Request

LOOPBACK = frozenset({"localhost", "127.0.0.1", "[::1]", "sandbox.test"})


def check(request: Request, hosts: frozenset[str]) -> None:
    """Raise Refusal 421 for a strange host name, 403 for a posted form that comes from another site."""
    host = request.headers.get("host", "")
    if bare(host) not in hosts:
        raise Refusal(421, "The sandbox answers loopback names only.")
    if request.method in ("GET", "HEAD"):
        return
    # Browsers send these by themselves; programs such as requests send neither.
    site = request.headers.get("sec-fetch-site", "none")
    origin = request.headers.get("origin")
    if site not in ("same-origin", "none") or (origin is not None and urlsplit(origin).netloc != host):
        raise Refusal(403, "Forms are taken only from the sandbox's own pages.")


def bare(host: str) -> str:
    """A host without its port."""
    if host.startswith("["):
        return host.partition("]")[0] + "]"
    return host.partition(":")[0].lower()
