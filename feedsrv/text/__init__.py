"""Text: how text is read and written, for files and for questions alike.

::

    analysis      a text -> words, and a word -> the terms by which it is found
    stopwords     words that say nothing of what a text is about
    dates         days, months and years as people write them
    languages     how each calls itself, and how its text runs
    references    the numbers by which press offices know their releases
    uris          which texts name the same thing wherever they stand
    cleaning      the one form of text that all may rely on
    html          HTML that is safe, and its plain text
"""
