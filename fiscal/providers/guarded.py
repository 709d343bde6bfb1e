"""A `requests` session for addresses that customers typed: it reaches the public internet and nothing else.

What is checked is the address that is really connected to, so that neither a name that changes its mind nor a redirect
leads inside (server-side request forgery). Redirects are not followed, answers are small and have a deadline.
"""

from __future__ import annotations

import socket
import time
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import NewConnectionError
from urllib3.util import connection as sockets

from fiscal.providers.addresses import is_local

PORTS = frozenset({443, 8443})
LARGEST = 1024 * 1024  # bytes
DEADLINE = 10.0  # seconds for a whole answer
TIMEOUT = (5.0, 5.0)  # seconds to connect, and between two bytes
CallFailed = requests.exceptions.RequestException
"""Whatever keeps a call from getting an answer, `Forbidden` included."""
_NATIVE = IPv6Network("2000::/3")
_SPECIAL = IPv4Network("192.0.0.0/24")  # of protocols, not of anybody's servers


class Forbidden(requests.exceptions.RequestException):
    """The address is not one that a customer may make Kontor call."""


def guarded_session(*, local: bool) -> requests.Session:
    """A session that refuses private addresses. `local`: this machine is allowed too, by http (the sandbox)."""
    session = _Session(local=local)
    session.trust_env = False
    session.mount("https://", _Adapter(local=local))
    session.mount("http://", _Adapter(local=local))
    return session


def check_address(url: str, *, local: bool) -> None:
    """Raise Forbidden unless `url` is https on a usual port and without user info; http is for this machine alone."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise Forbidden("This is not an address.") from None
    if not host or "@" in parts.netloc or "\\" in url:
        raise Forbidden("An address here has a host and no user name.")
    if local and is_local(host):
        return
    if parts.scheme != "https" or (port or 443) not in PORTS:
        raise Forbidden("Only https addresses on port 443 or 8443 are called.")


def is_public(address: str) -> bool:
    """Whether an IP address is one of the public internet, and no private one in disguise."""
    found = ip_address(address.partition("%")[0])
    if isinstance(found, IPv4Address):
        return found.is_global and not found.is_multicast and found not in _SPECIAL
    assert isinstance(found, IPv6Address)
    disguised = found.ipv4_mapped or found.sixtofour or found.teredo
    return found.is_global and not disguised and found in _NATIVE


class _Session(requests.Session):
    def __init__(self, *, local: bool) -> None:
        super().__init__()
        self._local = local

    def get_redirect_target(self, resp: requests.Response) -> None:
        """Nowhere: a redirect is an answer like any other, and not the expected one."""

    def send(self, request: requests.PreparedRequest, **kwargs: Any) -> requests.Response:
        check_address(request.url or "", local=self._local)
        kwargs.update(stream=True, timeout=TIMEOUT)
        response = super().send(request, **kwargs)
        ends_at, content = time.monotonic() + DEADLINE, b""
        for piece in response.iter_content(65536):
            content += piece
            if len(content) > LARGEST or time.monotonic() > ends_at:
                response.close()
                raise Forbidden("The answer is too long, or takes too long.")
        response._content = content  # noqa: SLF001 - what requests does itself when it reads a body
        return response


class _Adapter(HTTPAdapter):
    def __init__(self, *, local: bool) -> None:
        self._local = local
        super().__init__(max_retries=0)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Have every pool open its sockets through `_checked_socket`."""
        super().init_poolmanager(*args, **kwargs)
        local = self._local

        class Plain(HTTPConnection):
            def _new_conn(self) -> socket.socket:
                return _checked_socket(self, local=local)

        class Secure(HTTPSConnection):
            def _new_conn(self) -> socket.socket:
                return _checked_socket(self, local=local)

        plain = type("Pool", (HTTPConnectionPool,), {"ConnectionCls": Plain})
        secure = type("SecurePool", (HTTPSConnectionPool,), {"ConnectionCls": Secure})
        self.poolmanager.pool_classes_by_scheme = {"http": plain, "https": secure}


def _checked_socket(connection: HTTPConnection, *, local: bool) -> socket.socket:
    """Connect to one of the addresses that the name stands for now, if all of them are public."""
    host = connection.host.strip("[]")
    try:
        found = socket.getaddrinfo(host, connection.port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise NewConnectionError(connection, f"The name is not known: {error}") from error
    addresses = [str(entry[4][0]) for entry in found]
    loopback = local and is_local(host) and all(ip_address(address).is_loopback for address in addresses)
    if not loopback and not all(is_public(address) for address in addresses):
        raise NewConnectionError(connection, "The name leads to an address that is not public.")
    try:
        return sockets.create_connection((addresses[0], connection.port), connection.timeout)
    except OSError as error:
        raise NewConnectionError(connection, f"No connection came about: {error}") from error
