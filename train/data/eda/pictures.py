"""The pictures of an exploration, each as the bytes of an image file."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from train.data.eda.examples import draw_examples
from train.data.eda.numbers import Exploration
from train.data.eda.palette import CLEAN_COLOUR, class_colours, class_labels
from train.data.sample import DataSet
from train.html.plots import (
    WIDTH_IN,
    new_figure,
    png,
    without_spines,
)


def draw_pictures(
    data: DataSet, exploration: Exploration, *, examples: int, seed: int
) -> dict[str, list[bytes]]:
    """Pictures by the report's section: PNG drawings, JPEG examples.

    Raises:
        ImageError: An example cannot be read.
    """
    return {
        "counts": [png(_counts(exploration))],
        "overlap": [png(_overlap(exploration))],
        "areas": [png(_areas(exploration))],
        "positions": [png(_positions(exploration))],
        "brightness": [png(_brightness(exploration))] if exploration.brightness else [],
        "examples": draw_examples(data, examples, seed),
    }


def _counts(exploration: Exploration) -> Figure:
    counts, names = exploration.counts, class_labels(exploration.classes)
    figure = new_figure(3.6)
    left, middle, right = (
        without_spines(axes) for axes in figure.subplots(1, 3, width_ratios=[1.3, 1.3, 1.0])
    )
    panels = (
        (left, ["clean", *names], [counts.clean, *counts.images_by_class.values()], "Images"),
        (middle, list(names), list(counts.instances_by_class.values()), "Instances"),
    )
    colours = class_colours(len(names))
    for axes, labels, values, title in panels:
        shades = [CLEAN_COLOUR, *colours] if len(labels) > len(names) else colours
        bars = axes.barh(labels, values, color=shades)
        axes.bar_label(bars, labels=[f"{v:,}" for v in values], padding=3, fontsize=8)
        axes.invert_yaxis()
        axes.margins(x=0.18)
        axes.set_title(title)
        axes.tick_params(axis="x", labelsize=8)
    numbers = counts.by_number_of_classes
    bars = right.bar([str(n) for n in numbers], list(numbers.values()), color="#555555")
    right.bar_label(bars, labels=[f"{v:,}" for v in numbers.values()], padding=2, fontsize=8)
    right.set_title("Images")
    right.set_xlabel("classes shown")
    right.margins(y=0.12)
    return figure


def _overlap(exploration: Exploration) -> Figure:
    names, table = class_labels(exploration.classes), np.array(exploration.counts.overlap)
    figure = new_figure(1.5 + 0.5 * len(names), 3.0 + 0.6 * len(names))
    axes = figure.subplots()
    share = table / np.maximum(1, np.diag(table))[:, None]
    picture = axes.imshow(share, cmap="Blues", vmin=0, vmax=1)
    for (row, column), count in np.ndenumerate(table):
        colour = "white" if share[row, column] > 0.6 else "black"
        axes.text(column, row, f"{count:,}", ha="center", va="center", color=colour, fontsize=9)
    axes.set_xticks(range(len(names)), names)
    _turn_long_names(axes, names)
    axes.set_yticks(range(len(names)), names)
    axes.set_xlabel("… also show")
    axes.set_ylabel("Images that show …")
    figure.colorbar(picture, label="share of the row's class")
    return figure


def _areas(exploration: Exploration) -> Figure:
    figure = new_figure(3.8)
    left, right = (without_spines(axes) for axes in figure.subplots(1, 2))
    names = [name for name in exploration.classes if len(exploration.sizes[name].area)]
    every = np.concatenate([exploration.sizes[name].area for name in names] or [np.ones(1)])
    bins = np.geomspace(max(1.0, every.min()), every.max() * 1.001 + 1, 40)
    colours = dict(zip(exploration.classes, class_colours(len(exploration.classes)), strict=True))
    labels = dict(zip(exploration.classes, class_labels(exploration.classes), strict=True))
    dot = 5 if len(every) > 1000 else 15
    # Rare classes last, so that common ones do not hide them.
    for name in sorted(names, key=lambda name: -len(exploration.sizes[name].area)):
        sizes = exploration.sizes[name]
        share = np.histogram(sizes.area, bins=bins)[0] / len(sizes.area)
        left.stairs(share, bins, color=colours[name], linewidth=1.6, label=labels[name])
        right.scatter(sizes.width, sizes.height, s=dot, alpha=0.4, lw=0, color=colours[name])
    left.set(xscale="log", xlabel="area of an instance, px", ylabel="share of the class")
    right.set(xscale="log", yscale="log", xlabel="width, px", ylabel="height, px")
    plain = FuncFormatter(lambda value, _: f"{value:g}")
    for axis in (right.xaxis, right.yaxis):
        axis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        axis.set_major_formatter(plain)
        axis.set_minor_formatter(NullFormatter())
    right.tick_params(labelsize=8)
    if names:
        left.legend(frameon=False, fontsize=8)
    return figure


def _positions(exploration: Exploration) -> Figure:
    names = class_labels(exploration.classes)
    aspect = min(max(exploration.aspect, 0.5), 6.0)
    columns = 4 if aspect < 2 else 2 if len(names) > 4 else 1
    rows = -(-len(names) // columns)
    figure = new_figure(0.3 + rows * (0.4 + 0.85 * WIDTH_IN / columns / aspect))
    grid = figure.subplots(rows, columns, squeeze=False)
    for axes, index in zip(grid.ravel(), range(rows * columns), strict=True):
        if index >= len(names):
            axes.set_axis_off()
            continue
        share = exploration.positions[index] * 100
        extent = (0, 100, 100, 0)
        picture = axes.imshow(share, cmap="magma", aspect="auto", extent=extent, vmin=0)
        axes.set_title(names[index], fontsize=10)
        axes.tick_params(labelsize=7)
        bar = figure.colorbar(picture, ax=axes, pad=0.01)
        bar.ax.tick_params(labelsize=7)
    figure.supxlabel("% of the image's width; colours are % of images", fontsize=8)
    figure.supylabel("% of its height", fontsize=8)
    return figure


def _brightness(exploration: Exploration) -> Figure:
    figure = new_figure(3.8)
    left, right = (without_spines(axes) for axes in figure.subplots(1, 2))
    read, names = exploration.brightness, class_labels(exploration.classes)
    colours = class_colours(len(names))
    of_class = [[b.mean for b in read if i in b.classes] for i in range(len(names))]
    clean = [b.mean for b in read if not b.classes]
    _boxes(left, ["clean", *names], [clean, *of_class], [CLEAN_COLOUR, *colours])
    left.set_ylabel("mean grey level of an image")
    contrast = [
        [c for b in read for index, c in b.contrast if index == i] for i in range(len(names))
    ]
    _boxes(right, names, contrast, colours)
    right.axhline(0, color="#999999", lw=0.8, zorder=0)
    right.set_ylabel("grey level of an instance less its strip's")
    return figure


def _boxes(
    axes: Axes, names: Sequence[str], values: Sequence[Sequence[float]], colours: Sequence[str]
) -> None:
    """Box plots (quartiles, whiskers to 1.5 times their distance) of what is not empty."""
    shown = [i for i, of_name in enumerate(values) if of_name]
    if not shown:
        return
    boxes = axes.boxplot(
        [values[i] for i in shown],
        tick_labels=[names[i] for i in shown],
        showfliers=False,
        patch_artist=True,
        medianprops={"color": "black"},
    )
    for patch, i in zip(boxes["boxes"], shown, strict=True):
        patch.set_facecolor(colours[i])
    _turn_long_names(axes, names)


def _turn_long_names(axes: Axes, names: Sequence[str]) -> None:
    if len(names) > 5 and max(map(len, names)) > 3:
        axes.tick_params(axis="x", rotation=30)
