"""How gunicorn is run, whoever starts it: `feedsrv serve`, the unit in deploy/, or ``gunicorn wsgi:app`` in a checkout.

The names are gunicorn's; with ``-c python:feedsrv.gunicorn_conf`` it reads them from here.
"""

from feedsrv.workers import on_exit, on_starting, post_worker_init  # noqa: F401 - gunicorn calls them

worker_class = "gthread"
threads = 16
"""Fourteen may be asked for what has to be made (`feedsrv.web.cache`), so that two are free for health and feeds."""

graceful_timeout = 10
"""Seconds that requests under way have to end after SIGTERM."""

forwarder_headers = ""
"""Headers that may say which path was asked for: none. By default gunicorn believes two of them from its own machine,
where a proxy passes them on from anybody."""

http_parser = "python"
"""By default another is used where it happens to be installed, which takes bare line feeds and folded lines."""

proc_name = "feedsrv"
control_socket_disable = True
loglevel = "warning"
