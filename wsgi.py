"""The application that gunicorn serves: ``gunicorn wsgi:app``. It only reads; ``feedsrv watch`` publishes."""

from __future__ import annotations

import os
import sys

from feedsrv import workers
from feedsrv.engines import open_index
from feedsrv.errors import SettingsInvalid
from feedsrv.settings import from_environment
from feedsrv.web import create_app

try:
    _settings = from_environment(os.environ)
    workers.require_hooks(_settings)
except SettingsInvalid as error:
    sys.stderr.write(f"{error}\n")
    raise SystemExit(2) from error

app = create_app(open_index(_settings), _settings)
