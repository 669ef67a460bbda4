"""Files: the folder of releases as a collection, with what belongs to each release."""
