"""Metadata: what search engines and social networks learn of a release beside its page."""

from __future__ import annotations

from typing import Any

from feedsrv.newsroom import Newsroom
from feedsrv.release import Release
from feedsrv.web.addresses import Addresses


def picture(release: Release, addresses: Addresses) -> str:
    """The absolute address of the picture that stands for a release; "" where none does."""
    if not release.picture:
        return ""
    return addresses.absolute(addresses.attachment(release.id, release.picture))


def news_article(release: Release, newsroom: Newsroom, addresses: Addresses) -> dict[str, Any]:
    """The release as a NewsArticle (https://schema.org/NewsArticle), with the dates and the id that feeds have."""
    url = addresses.absolute(addresses.release(release.id))
    publisher = {
        "@type": "Organization",
        "name": newsroom.publisher or newsroom.title,
        "url": addresses.absolute(addresses.home),
    }
    article = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "identifier": newsroom.tag(release.id, addresses.host),
        "url": url,
        "mainEntityOfPage": url,
        "headline": release.title,
        "description": release.summary,
        "inLanguage": release.language,
        "datePublished": release.published and release.published.isoformat(),
        "dateModified": release.updated and release.updated.isoformat(),
        "author": publisher,
        "publisher": publisher,
        "image": picture(release, addresses),
        "keywords": [newsroom.topic_label(topic, release.language) for topic in release.topic_ids],
        "correction": [
            {"@type": "CorrectionComment", "datePublished": correction.date.isoformat(), "text": correction.text}
            for correction in release.corrections
        ],
    }
    return {name: value for name, value in article.items() if value}
