"""Messages: what code has to say to readers, in English, and still to be said in another language."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from feedsrv.text.dates import in_words


class Moment(str):
    """A moment that knows when it is, ``at`` a newsroom's clock: each language writes it as it does, English like this.

    It may fill a message, and stand alone.
    """

    __slots__ = ("at",)
    at: datetime

    def __new__(cls, at: datetime) -> Moment:
        """The moment: 1 December 2099 10:00."""
        moment = super().__new__(cls, f"{in_words(at.date())} {at:%H:%M}")
        moment.at = at
        return moment


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
