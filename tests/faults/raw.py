"""A client that sends bytes as they are, and reads what comes until the other side is done."""

from __future__ import annotations

import re
import socket
from dataclasses import dataclass

PATIENCE = 30.0


@dataclass(frozen=True, slots=True)
class Said:
    """What a server said on one connection, to its end."""

    bytes_: bytes

    @property
    def statuses(self) -> list[int]:
        """The statuses of the answers that came."""
        return [int(status) for status in re.findall(rb"(?:^|\n)HTTP/1\.[01] (\d{3}) ", self.bytes_)]


def connected(port: int, address: str = "127.0.0.1") -> socket.socket:
    """A connection from an address of this machine."""
    client = socket.socket()
    client.settimeout(PATIENCE)
    client.bind((address, 0))
    client.connect(("127.0.0.1", port))
    return client


def say(port: int, request: bytes) -> Said:
    """Send bytes, then read until the server closes the connection."""
    said = b""
    with connected(port) as client:
        try:
            client.sendall(request)
            while chunk := client.recv(65_536):
                said += chunk
        except ConnectionError:  # it has closed it before it read everything
            pass
    return Said(said)
