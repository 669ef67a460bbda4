"""The search engine on Whoosh.

::

    index, snapshot, update    the three classes of the seam
    documents                  a release -> a document: its fields and their terms
    batches                    documents on their way into segments, in several processes
    draft                      the segments and the table of the next generation in the making
    codec                      how a segment is written and read: a codec of Whoosh whose postings are arrays
    inverted                   the inverted index of a segment: made of documents, merged of others, read where it lies
    arrays, storage            arrays in a file; the files of a generation, mapped into memory and compared
    segments                   which documents of a generation have a term, and where it stands in them
    table, splicing            sets of releases by topic, year, language and date; the next table, of what changed
    columns, sources           what a table knows of each release; which file made it
    contents                   what there is in a table without a question
    postings, terms            which releases have a term; what one search looks up
    matcher, scoring           which releases a question matches; which of them answer best
    spelling, words            what was meant by a word that no release has, and which words are nearly like it
    resemblance                which releases are most like another
"""
