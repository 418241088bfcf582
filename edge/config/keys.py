"""Looks up keys and sections in the configuration's models."""

from __future__ import annotations

from collections.abc import Iterator
from types import UnionType
from typing import TYPE_CHECKING, Any, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

if TYPE_CHECKING:
    from edge.config.locate import Key


def keys_of(model: type[BaseModel]) -> dict[str, FieldInfo]:
    """A section's keys, as written in the file."""
    return {field.alias or name: field for name, field in model.model_fields.items()}


def sections_of(model: type[BaseModel]) -> Iterator[tuple[str, type[BaseModel]]]:
    """The sections of the whole file, by name."""
    for name, field in keys_of(model).items():
        if section := model_in(field.annotation):
            yield name, section


def model_at(model: type[BaseModel], key: Key) -> type[BaseModel] | None:
    """The model of the table that a key names; None if it names a plain value."""
    for part in key:
        if isinstance(part, int):
            continue
        field = keys_of(model).get(part)
        inner = model_in(field.annotation) if field else None
        if inner is None:
            return None
        model = inner
    return model


def model_in(annotation: Any) -> type[BaseModel] | None:
    """The model in an annotation: itself, or in a union, tuple or list; None if there is none."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    if get_origin(annotation) in {Union, UnionType, tuple, list}:
        return next((found for each in get_args(annotation) if (found := model_in(each))), None)
    return None
