"""Subscribers: what feed fetchers say of them, as the logs of those who answer have it.

::

    access_logs    the polls in a log, whichever program wrote it
    agents         what a User-Agent says
    tally          the newest numbers, by feed and fetcher
"""
