"""Settings of the site: Sphinx reads the same Markdown that GitHub shows.

``make docs`` builds it. The source folder is the project's root, so that pages link to documents
outside ``docs/`` by their real paths; the site needs no network.
"""

from __future__ import annotations

project = "millsight"
author = "The millsight authors"
copyright = "The millsight authors, Apache-2.0"  # noqa: A001  # Sphinx calls it so

extensions = ["myst_parser"]
root_doc = "docs/contents"
include_patterns = [
    "docs/**",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "benchmarks/FIGURES.md",
    "benchmarks/peers/README.md",
]
exclude_patterns = ["docs/templates"]
templates_path = ["templates"]

smartquotes = False
"""Otherwise ``--frames`` in a sentence becomes a dash."""

myst_heading_anchors = 4
"""Headings down to this level have GitHub's anchors, which links are checked against."""

html_theme = "furo"
html_title = "millsight"
html_additional_pages = {"index": "redirect.html"}
html_copy_source = False
html_show_sourcelink = False
html_theme_options = {"top_of_page_buttons": []}
