"""The base class of configuration sections: typed, without unknown keys, immutable."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Section(BaseModel):
    """A section of the file.

    The example configuration shows the first paragraph of the docstring. Every field needs a
    description with its unit; a field without a default value also needs an example.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
