"""The application with an index in which a search for words lasts until a file is gone; gunicorn serves it in tests."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

from feedsrv.query import Query, Results
from feedsrv.search.guarded import GuardedSnapshot
from feedsrv.search.whoosh.index import WhooshIndex
from feedsrv.settings import from_environment
from feedsrv.web import create_app

_until_gone = Path(os.environ["STUCK"])
del os.environ["STUCK"]
_search = GuardedSnapshot.search


def _stuck(snapshot: GuardedSnapshot, query: Query) -> Results:
    while query.text and _until_gone.exists():
        time.sleep(0.01)
    return _search(snapshot, query)


GuardedSnapshot.search = _stuck  # type: ignore[assignment, method-assign]  # it takes as long as the test wants, and is the same
_settings = from_environment(os.environ)
app: Any = create_app(WhooshIndex(_settings.index), _settings)
