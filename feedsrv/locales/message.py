"""Messages: what code has to say to readers, in English, and still to be said in another language."""

from __future__ import annotations

from typing import Any


class Message(str):
    """A text in English that knows its ``source``, which is the message in the catalogues, and what ``values`` fill it.

    Wherever nobody asks for another language, on a terminal or in a log, it is that text. ::

        Message("There is no topic “%(name)s” here.", name="mars")
    """

    __slots__ = ("source", "values")
    source: str
    values: dict[str, str]

    def __new__(cls, source: str, /, **values: Any) -> Message:
        """The text of a message that is filled with these values. Raises KeyError where one is missing."""
        message = super().__new__(cls, source % values if values else source)
        message.source = source
        message.values = {name: value if isinstance(value, str) else str(value) for name, value in values.items()}
        return message
