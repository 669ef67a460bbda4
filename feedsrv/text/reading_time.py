"""Reading time: how long it takes to read a text.

The speeds are the means of people who read aloud in their own language, of the same ten texts in seventeen: S.
Trauzettel-Klosinski and K. Dietz, "Standardized Assessment of Reading Performance: The New International Reading Speed
Texts IReST", Investigative Ophthalmology & Visual Science 53 (2012), 5452-5461. Who reads a press release reads every
word of it once, as they did.
"""

from __future__ import annotations

WORDS = {
    "ar": 138, "de": 179, "en": 228, "es": 218, "fi": 161, "fr": 195, "he": 187, "it": 188, "nl": 202, "pl": 166,
    "pt": 181, "ru": 184, "sl": 180, "sv": 199, "tr": 166,
}  # fmt: skip
"""A minute, by language."""
USUAL_WORDS = 184
"""In any other, which is the mean of all."""
CHARACTERS = {"zh": 255, "ja": 357, "th": 863, "lo": 863, "km": 863, "my": 863}
"""A minute, where there are no blanks between words; 863 is the mean of all languages."""
SHORT = 1.5
"""Minutes below which a text is short."""


def reading_minutes(text: str, language: str) -> int:
    """How many minutes it takes to read a text, rounded; 0 where it is so short that nobody needs to be told."""
    primary = language.partition("-")[0].lower()
    if speed := CHARACTERS.get(primary):
        minutes = sum(map(str.isalnum, text)) / speed
    else:
        minutes = len(text.split()) / WORDS.get(primary, USUAL_WORDS)
    return round(minutes) if minutes >= SHORT else 0
