"""The search engine on OpenSearch: for a newsroom that one machine does not carry, of which readers are many machines.

::

    index, snapshot, update    the three classes of the seam
    state                      the document ``current``: what is published, and who may publish next
    mapping                    the two indices, and a release as a document of one of them
    view                       the documents of one generation, within which every question is asked
    searching                  the answer to a query: its totals, a page of it, what may have been meant
    paging                     which hits are on that page, in which order
    matching                   the words of a question as a query of OpenSearch; what spelling asks
    counting                   how many releases match, and what OpenSearch takes words for: many at once
    clauses                    what such queries are made of
    scoring                    which of the releases that match answer best
    resemblance                which releases are most like another
    verification, sweeping     whether what was published is there; what nobody sees any more is deleted
    releases                   the index of releases: searches, and writing in bulk
    cluster, breaker           requests, with limits in time and further tries; none while nobody answers

The words are ours: `feedsrv.search.documents` makes the terms, and each is sent as a value of its own, which is
analysed no further; so the same words match on both engines. How well a release answers is counted by OpenSearch
(``combined_fields``), with the figures of `feedsrv.search.ranking`: how rare a word or a phrase is, in all languages
together, is asked for first, and so is what OpenSearch takes it for, versions that are gone included, to be put in its
place. Those count in the average length, too: copies of a shard may score otherwise, so requests name one
(``preference``). Of what speaks for a release in a long question only as many clauses are sent as a node takes. How
like a title is to the question counts as on the embedded index, for what matches is multiplied by functions of it; and
that words stand together, or others begin like them, is looked for in the best only, once these are known. Totals and
facets are exact, for there is one shard: enough for some millions of releases, with a copy of it on each of three
nodes.

Each request is a way over the network, so what does not depend on another is asked at once (``_msearch``): of a search
first what is to be known of its words, then its counts and its hits, then what a second look at the best adds.

A generation is a number, which is never used twice. A document says ``from`` which generation it is valid and ``to``
before which, and a snapshot asks for those of its own number. The next generation is made beside it, unseen: new
documents that are valid from its number on, and old ones closed before it. What makes it the newest is one write of
``current``, after a refresh, and after a count and a sum over the digests have shown that it holds what was meant.

``current`` also says who writes. To begin, a writer writes its own number into it (``fence``), one more than any
before, if nobody has written in between (``if_seq_no``); to publish, it writes again, if that number still stands
there. So a writer that was paused, and that others took for dead, can publish nothing. What it may still have written,
or has under way, bears its number: every number that ends unpublished is listed in ``current`` (``abandoned``), and to
all snapshots from then on a document from it is none, and one closed by it is open. Nothing has to be cleaned up first.
Of more than a thousand such numbers the oldest are forgotten once no document has them any more: a request that was
under way all that time would have to arrive after it, to be heard.

What an attempt that ended has sent is not sent again: the next writer looks for its documents by digest (those since
the last publication, and of the same version: ``resumable``), and writes its own number into those that it means
itself, again only if nobody has written in between. So each is taken over by itself, after it was judged anew: what is
held by now, or is another, stays with a number that is abandoned, whatever may still arrive under it. Where a rebuild
was asked for, or what is published is damaged, all is sent.

What a withdrawal or an embargo takes back is closed by the next generation like all else. Its bytes go when old
versions are swept, which a generation that withdraws does at once.

Beside the cluster each machine has a folder: the files of releases by digest, which all machines share or copy, and
the publisher's ledger. To lose the ledger costs the time to read all files again.
"""
