"""Classes renamed, merged and left out on the way from one data set to another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from edge.core.errors import ConfigError
from train.data.sample import DataSet, Sample


def parse_map(given: Sequence[str]) -> dict[str, str]:
    """Read ``OLD=NEW`` items; of ``OLD=`` the new name is empty.

    Raises:
        ConfigError: An item is of another form, or a class is mapped twice.
    """
    mapping: dict[str, str] = {}
    for item in given:
        old, equals, new = (part.strip() for part in item.partition("="))
        if not (old and equals):
            raise ConfigError(f"--map {item!r} is not OLD=NEW", "Write --map fray=break")
        if old in mapping:
            raise ConfigError(f"--map names the class {old!r} twice", "Map each class once")
        mapping[old] = new
    return mapping


def map_classes(data: DataSet, mapping: Mapping[str, str]) -> DataSet:
    """The data set with classes renamed; equal names merge, empty ones leave instances out.

    What is left out becomes an ignored area: it is no clean strip.

    Raises:
        ConfigError: A class is not in the data set, or none is left.
    """
    unknown = [name for name in mapping if name not in data.classes]
    if unknown:
        raise ConfigError(
            f"{data.root} has no class {unknown[0]!r} to map",
            f"Its classes: {', '.join(data.classes) or 'none'}",
        )
    new_names = [mapping.get(name, name) for name in data.classes]
    classes = tuple(dict.fromkeys(name for name in new_names if name))
    if not classes:
        raise ConfigError("--map leaves no class", "Leave out fewer classes")
    if not mapping:
        return data
    index = [classes.index(name) if name else None for name in new_names]
    samples = tuple(_mapped(sample, index) for sample in data.samples)
    return replace(data, classes=classes, samples=samples)


def _mapped(sample: Sample, index: Sequence[int | None]) -> Sample:
    instances, ignored = [], list(sample.ignored)
    for instance in sample.instances:
        new = index[instance.class_index]
        if new is None:
            ignored.append(instance.box)
        else:
            instances.append(replace(instance, class_index=new))
    return replace(sample, instances=tuple(instances), ignored=tuple(ignored))
