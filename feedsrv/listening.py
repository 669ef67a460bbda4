"""Listening: an address is taken before anything else is done, so that one that cannot be had is told at once."""

from __future__ import annotations

import socket

from feedsrv.errors import SettingsInvalid


def take(host: str, port: int, remedy: str) -> socket.socket:
    """A socket that has this address, at which nobody is answered yet. Port 0 is any free one.

    Raises SettingsInvalid, which says what to do about it, if the address cannot be had.
    """
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise SettingsInvalid(f"port {port} of {host} cannot be had: {error.strerror}; {remedy}") from error
    return listener
