"""Locales: the words of the interface in the languages of its readers, and how days, numbers and sizes are written.

The source of every message is English. A catalogue, ``<language>.po`` beside this file, has the messages in another
language, as gettext defines it; `make locales` finds the messages in the code and brings the catalogues up to date. A
catalogue is read at its first use, so what a translator saves needs no other step. Commands and logs speak English.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cache, lru_cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path

from babel import Locale
from babel.dates import format_date, format_skeleton
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal
from babel.units import format_unit

from feedsrv.locales.message import Message, Moment
from feedsrv.newsroom import DESCRIPTION, TITLE, Newsroom
from feedsrv.release import Membership
from feedsrv.text.languages import RIGHT_TO_LEFT, primary

SOURCE = "en"
"""The language of the messages themselves."""
FOLDER = Path(__file__).parent
LANGUAGES = (SOURCE, *sorted(path.stem for path in FOLDER.glob("*.po")))
"""Those that the interface speaks."""

_STYLES: Mapping[str, str] = {SOURCE: "en_GB"}  # 23 March 2018, not March 23


@dataclass(frozen=True, slots=True)
class Voice:
    """What speaks to readers in one language.

    ``asked`` is the language that was asked for, ``language`` the one that is spoken: English where the other has no
    catalogue.
    """

    asked: str
    language: str
    _messages: NullTranslations
    _locale: Locale

    @property
    def is_foreign(self) -> bool:
        """Whether it speaks another language than was asked for."""
        return self.language != primary(self.asked)

    @property
    def direction(self) -> str:
        """How its words run, as HTML's ``dir`` says it."""
        return "rtl" if self.language in RIGHT_TO_LEFT else "ltr"

    def gettext(self, message: str) -> str:
        """A message in this language, its placeholders as they are."""
        return self._messages.gettext(message)

    def ngettext(self, singular: str, plural: str, number: int) -> str:
        """The message of the two that fits a number, in this language."""
        return self._messages.ngettext(singular, plural, number)

    def say(self, text: str) -> str:
        """A `Message` in this language, with what fills its placeholders, or a `Moment`; any other text as it is."""
        if isinstance(text, Moment):
            return f"{self.day(text.at.date())} {text.at:%H:%M}"
        if not isinstance(text, Message):
            return text
        message = self.gettext(text.source)
        values = {name: self.say(value) for name, value in text.values.items()}
        return message % values if values else message

    def reason(self, membership: Membership) -> str:
        """Why a release is in a topic."""
        source, values = membership.message, membership.values
        return self.say(Message(source, **values)) if source else membership.reason

    def releases(self, number: int) -> str:
        """A number of releases: "1 release", "1,024 releases"."""
        return self.ngettext("%(num)s release", "%(num)s releases", number) % {"num": self.number(number)}

    def number(self, number: int) -> str:
        """A whole number: 1,024, or 1.024 in German."""
        return format_decimal(number, locale=self._locale)

    def day(self, day: date) -> str:
        """A day: 23 March 2018."""
        return format_date(day, "long", self._locale)

    def month(self, day: date) -> str:
        """The month of a day: March 2018."""
        return format_skeleton("yMMMM", day, locale=self._locale)

    def minutes(self, number: int) -> str:
        """A number of minutes: 3 min."""
        return format_unit(number, "duration-minute", "short", locale=self._locale)

    def size(self, size: int) -> str:
        """A number of bytes for people: "740 bytes", "12 kB", "3.4 MB"."""
        if size < 1000:
            return self.ngettext("%(num)s byte", "%(num)s bytes", size) % {"num": size}
        if size < 999_500:
            return format_unit(round(size / 1000), "digital-kilobyte", "short", locale=self._locale)
        return format_unit(size / 1_000_000, "digital-megabyte", "short", "#,##0.0", locale=self._locale)


def called(newsroom: Newsroom, language: str) -> Newsroom:
    """The newsroom as it is called in a language; what its publisher does not say, the catalogue does."""
    spoken, voice = newsroom.speaking(language), voice_of(language or newsroom.language)
    is_named = spoken.title != TITLE
    return replace(
        spoken,
        spoken=spoken.spoken if is_named else voice.language,
        title=spoken.title if is_named else voice.gettext(TITLE),
        description=voice.gettext(DESCRIPTION) if spoken.description == DESCRIPTION else spoken.description,
    )


@lru_cache(maxsize=100)
def voice_of(tag: str) -> Voice:
    """What speaks the language of a tag such as fr or fr-CA, or English where that has no catalogue."""
    language = primary(tag) if primary(tag) in LANGUAGES else SOURCE
    return Voice(tag, language, _messages(language), Locale.parse(_STYLES.get(language, language)))


@cache
def _messages(language: str) -> NullTranslations:
    if language == SOURCE:
        return NullTranslations()
    with (FOLDER / f"{language}.po").open("rb") as file:
        catalogue = read_po(file, locale=language)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return GNUTranslations(compiled)


ENGLISH = voice_of(SOURCE)
