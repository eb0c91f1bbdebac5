"""Papers: a payload frozen and hashed at issue, rendered by typst, with a copy number on every reprint."""
