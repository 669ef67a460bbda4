"""The search engine on Whoosh.

::

    index, snapshot, update    the three classes of the seam
    documents                  a release -> a document, and back
    storage                    the files of a generation, mapped into memory
    table                      sets of releases by topic, year, language and date
    columns              the same as columns: the next table made of the last and what changed
    segments             which documents have a term, and where it stands in them
    postings, terms            which releases have a term; what one search looks up
    matcher                    which releases a question matches, and how well
    spelling                   what was meant by a word that no release has
    resemblance                which releases are most like another
"""
