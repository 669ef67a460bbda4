"""The bench: how fast feedsrv is, beside whom, and how that grows with the newsroom. Run ``python -m bench``.

::

    generate      releases to measure with, and nonsense, what they say
    sites         a folder of releases, and the indexes that are made of it
    peers         the engines that are measured beside feedsrv, one module each
    searching     pages of results in process, all engines in turns
    pages         pages and feeds over HTTP, first and again
    dropping      from a dropped file to all readers
    figures       what was measured, and its tables; chart draws it
    measure       what a command or a process costs, started by launch
    servers       web applications run to be measured
    progress      what is being done, said on a terminal

By themselves: ``reading``, ``serving``, ``polls``, ``ranking``, ``stems``; and three that measure nothing and find out
whether all is right: ``equivalence`` with its random ``questions``, ``soak``, and ``defects``, which compares what is
``written`` with what is ``shown``.
"""
