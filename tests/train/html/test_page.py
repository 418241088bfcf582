"""Pages from templates: what is escaped, and what a template may not do."""

from __future__ import annotations

import pytest
from jinja2 import TemplateNotFound, UndefinedError

from tests.train.html.pages import HOSTILE, INERT, self_contained
from train.html.page import EmbeddedImage, page_environment

MACROS = "{% from 'html/macros.html.j2' import facts, figure, image, legend, row, section, table %}"


def rendered(source: str, **values: object) -> str:
    return page_environment("train.data.eda").from_string(source).render(**values)


@pytest.mark.parametrize(
    "source",
    [
        "{{ name }}",
        '<p title="{{ name }}"></p>',
        "{{ '%s' | format(name) }}",
        "{{ [name, 1] | join(', ') }}",
        MACROS + "{{ row(name, 1) }}",
        MACROS + "{{ row(1, name) }}",
        MACROS + "{% call table(name, last_is_text=true) %}{% endcall %}",
        MACROS + "{% call section(name) %}{{ name }}{% endcall %}",
        MACROS + "{{ legend([('#000000', name)]) }}",
    ],
)
def test_a_name_is_escaped_wherever_it_stands(source: str) -> None:
    page = rendered(source, name=HOSTILE)
    assert INERT in page
    assert "<script" not in page
    assert "\x1b" not in page


def test_markup_of_a_template_is_kept_through_its_macros() -> None:
    page = rendered(MACROS + "{% call section('a') %}<b>{{ name }}</b>{% endcall %}", name="<i>")
    assert "<b>&lt;i&gt;</b>" in page


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("a\x00b", "a\\x00b"),
        ("a\x9bb", "a\\x9bb"),
        ("a\udcffb.png", "a\\udcffb.png"),
        ("a\tb\nc", "a\tb\nc"),
        ("Über 5 µm – 95\u00a0%", "Über 5 µm – 95\u00a0%"),
    ],
)
def test_a_character_that_a_page_cannot_hold_is_written_as_its_code(name: str, shown: str) -> None:
    page = rendered("{{ name }}", name=name)
    assert page == shown
    page.encode()


def test_what_a_template_is_not_given_is_an_error() -> None:
    with pytest.raises(UndefinedError, match="recall"):
        rendered("{{ recall }}")
    with pytest.raises(UndefinedError, match="recall"):
        rendered("{{ figures.recall | percent }}", figures={})


def test_a_template_comes_from_its_package_and_from_no_other_place() -> None:
    environment = page_environment("train.data.eda")
    assert environment.get_template("exploration.html.j2").filename is not None
    for name in ("evaluation.html.j2", "../page.py", "html/../page.py"):
        with pytest.raises(TemplateNotFound):
            environment.get_template(name)


def test_a_whole_page_has_its_title_twice_and_its_style() -> None:
    page = rendered(
        "{% extends 'html/base.html.j2' %}" + MACROS + "{% block title %}{{ name }}{% endblock %}"
        "{% block content %}{% call section('Counts') %}"
        "{% call table('a', 'b') %}{{ row('x', 1) }}{{ row('y', 2, total=true) }}{% endcall %}"
        "{% call facts() %}{{ row('z', 3) }}{% endcall %}{% endcall %}{% endblock %}",
        name=HOSTILE,
    )
    parsed = self_contained(page)
    assert page.startswith("<!doctype html>")
    assert page.count(INERT) == 2
    assert "font-variant-numeric" in page
    assert "Counts" in parsed.words


@pytest.mark.parametrize(
    ("content", "kind"), [(b"\x89PNG\r\n", "png"), (b"\xff\xd8\xff\xe0", "jpeg")]
)
def test_a_picture_lies_in_the_page_with_its_words(content: bytes, kind: str) -> None:
    page = rendered(MACROS + "{{ image(picture) }}", picture=EmbeddedImage(content, HOSTILE))
    assert f'alt="{INERT}"' in page
    assert f'src="data:image/{kind};base64,' in page


def test_figures_are_filters() -> None:
    assert rendered("{{ 0.9731 | percent }}, {{ none | number }}") == "97.3\u00a0%, –"
