"""What every section of the configuration is: typed, closed, unchangeable."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Section(BaseModel):
    """A section of the file.

    Its docstring's first paragraph is what the example says of it. Every field has a description
    that names its unit; one that is None or must be given has an example.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
