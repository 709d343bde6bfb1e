"""Which base URLs a door may lead to, and which paths may be put behind them."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import urlsplit

_SANDBOX_HOST = "sandbox.test"
_PATH = re.compile(r"(?:/[A-Za-z0-9._~-]+)+/?")
_HOST = re.compile(r"[A-Za-z0-9.:-]+")
_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


def checked_base_url(url: str) -> str:
    """`url` without a trailing slash. Raises ValueError unless it is https (http only for loopback), without
    userinfo, query and fragment.
    """
    if not url.isascii() or any(character in url for character in "\\@?#%") or re.search(r"[\x00-\x20\x7f]", url):
        raise ValueError("A base URL is plain: no userinfo, query, fragment, escapes or spaces.")
    parts = urlsplit(url)
    host = parts.hostname or ""
    _ = parts.port  # raises ValueError when it is not a port
    if not _HOST.fullmatch(host):
        raise ValueError("A base URL needs a host.")
    if parts.scheme != "https" and not (parts.scheme == "http" and is_local(host)):
        raise ValueError("A base URL must be https; http is for this machine alone.")
    path = parts.path.rstrip("/")
    if path and not _is_plain(path):
        raise ValueError("The path of a base URL is plain segments.")
    return f"{parts.scheme}://{parts.netloc}{path}"


def is_local(host: str) -> bool:
    """Does `host` name this machine, or the sandbox that is reached without any network?"""
    if host in {"localhost", _SANDBOX_HOST}:
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def checked_path(path: str) -> str:
    """`path` if it is plain segments below the base URL; ValueError otherwise."""
    if not _is_plain(path):
        raise ValueError("A path is plain segments, without query, escapes or dots alone.")
    return path


def checked_id(value: object) -> str:
    """`value` as text if it is a UUID, so that it can stand in a path; ValueError otherwise."""
    text = str(value)
    if not is_uuid(text):
        raise ValueError("Only a UUID may stand in a path.")
    return text


def checked_segment(value: object) -> str:
    """`value` as text if it can stand in a path as one segment; ValueError otherwise."""
    text = str(value)
    if not is_segment(text):
        raise ValueError("Only letters, digits and . _ ~ - may stand in a path.")
    return text


def is_segment(text: str) -> bool:
    """Can `text` stand in a path as one segment?"""
    return "/" not in text and _is_plain(f"/{text}")


def is_uuid(text: str) -> bool:
    """Is `text` a UUID in its usual form?"""
    return _UUID.fullmatch(text) is not None


def _is_plain(path: str) -> bool:
    return _PATH.fullmatch(path) is not None and not {".", ".."} & set(path.split("/"))
