"""The ledger: what was seen on the strip, when and where, and what was not, in one SQLite file.

Its schema is ``schema.py``'s; ``sink.py`` writes it beside the line, ``query.py`` reads it.
"""
