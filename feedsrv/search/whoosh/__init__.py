"""The search engine on Whoosh.

::

    index, snapshot, update    the three classes of the seam
    documents                  a release -> a document, and back
    storage                    the files of a generation, mapped into memory
    columns                    the table of the releases: sets of them by topic, year, language and date
    segments                   which documents have a term, and where it stands in them
    postings, terms            which releases have a term; what one search looks up
    matcher                    which releases a question matches, and how well
    spelling, words            what was meant by a word that no release has; those that are nearly like it
    resemblance                which releases are most like another
"""
