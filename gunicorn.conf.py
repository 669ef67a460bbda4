"""What gunicorn reads by itself when it is started in this folder, as in ``gunicorn wsgi:app``."""

from feedsrv.gunicorn_conf import *  # noqa: F403 - gunicorn takes what it knows
