"""Near-duplicates: pictures that share a piece of surface, found by the surface's own texture.

Each picture is reduced to landmarks with 63-bit signatures (``landmarks``); landmarks of two
pictures that agree on one placement make a candidate (``candidates``); the texture of the pictures
laid over one another decides (``overlap``). ``finder`` puts the three together.
"""
