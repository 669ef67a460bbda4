"""The search engine on Whoosh.

::

    index, snapshot, update    the three classes of the seam
    documents                  a release -> a document, and back
    storage                    the files of a generation, mapped into memory
    table                      sets of releases by topic, year, language and date
    postings, matcher          which releases have a term; which a question matches, and how well
"""
