"""Files: the folder of releases as a collection, with what belongs to each release.

::

    catalogue      the folder as a collection that is listed and read
    listing        which files are in it, by parts that have nothing to do with each other
    beside         the files that may state something of releases
    obstacles      what is in the way of listing it, or of reading a file
    kinds          what the name of a file tells of it
    bundles        which files belong to which release
    attachments    the files of one release, and their places in its body
    assets         the files that newsroom.toml names for the appearance
    drawings       SVG that is nothing but a picture
    names          under which name a file is served, and as what
    original       which bytes of a file are served
    metadata       what a picture tells of place, camera and owner, and how it is taken out
    dimensions     how wide and high a picture is
    opening        how a file is opened, and why it cannot be
    conversions    documents that are converted while all else goes on
    changes        what changes in the folder
    settling       which files are being written, and which have come to rest
    topics, rules  which topics a release is in, and why; whether a rule of newsroom.toml is true of it
"""
