"""Text: how text is read and written, for files and for questions alike.

::

    analysis      a text -> words, and a word -> the terms by which it is found
    cutting       where words begin and end in a text
    spellings     a word -> its forms, and those of how it may be written otherwise
    folding       a word -> its form, without capitals and accents
    stems         a form -> its root, by the rules of a language
    light_stems   the same by a light rule, for languages that Snowball does not have or does not do well
    endings       those that forms have lost the accents of
    stopwords     words that say nothing of what a text is about
    remembered    what was found out about single words
    dates         days, months and years as people write them
    languages     how each calls itself, and how its text runs
    plain_text    safe HTML as a text that reads well wherever it is put
    reading_time  how long it takes to read a text
    references    the numbers by which press offices know their releases
    uris          which texts name the same thing wherever they stand
    media_types   what a file is, by the ending of its name
    media         frames, films, sound and lazy pictures, as what a page may show in their place
    lines         how calendars and cards of contacts write what they say
    cleaning      the one form of text that all may rely on
    links         links of releases to each other, while it is not known where they lead
    html          HTML that is safe, and its plain text
    places        where links, pictures and films of such HTML lie
"""
