"""What becomes of an SVG file that is set into a page: the same picture in fewer bytes."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from valuekit.publish.drawings import inline_svg

HEAD = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 20" width="40pt" height="20pt">'


def drawn(inside: str):
    """`inside` an SVG, as it stands in a page; the title is the first child."""
    return inline_svg(f"{HEAD}{inside}</svg>".encode(), "p1", "A line that rises.")


def parts(root) -> list[str]:
    return [element.tag for element in root.iter()][2:]


def test_names_that_nothing_refers_to_go_and_others_stay_true():
    root = drawn(
        '<defs><path id="mark" d="M0 0L4 4"/><path id="other" d="M0 0L1 1"/></defs>'
        '<clipPath id="clip"><rect width="4" height="2"/></clipPath>'
        '<g id="axes_1" clip-path="url(#clip)"><use href="#mark" fill="#ff0000"/></g>'
    )
    names = {element.get("id") for element in root.iter() if element.get("id")}
    assert names == {"p1-title", "p1-mark", "p1-clip"}
    assert root.find(".//use").get("href") == "#p1-mark"
    assert root.find("g").get("clip-path") == "url(#p1-clip)"


@pytest.mark.parametrize(
    ("inside", "left"),
    [
        ('<path d="M0 0L40 0L40 20z" fill="none"/>', []),
        ('<path d="M0 0L40 0" style="fill: none; stroke: none"/>', []),
        ('<path d="M0 0L40 0" fill="none" stroke="#000"/>', ["path"]),
        ('<g stroke="#000"><path d="M0 0L40 0" fill="none"/></g>', ["g", "path"]),
        ('<rect width="4" height="2"/>', ["rect"]),
        ('<g id="a"><g id="b"/></g>', []),
        ('<g id="a"><g id="b"><rect width="4" height="2"/></g><circle r="1"/></g>', ["rect", "circle"]),
        ('<g opacity="0.5"><rect width="4" height="2"/></g>', ["g", "rect"]),
        ('<clipPath id="c"><rect width="4" fill="none"/></clipPath><g opacity="1"><circle r="1"/></g>',
         ["clipPath", "rect", "g", "circle"]),
    ],
)  # fmt: skip
def test_what_is_not_seen_goes_and_what_is_seen_stays(inside, left):
    assert parts(drawn(inside)) == left


def test_spaces_between_shapes_go_and_those_between_words_stay():
    root = drawn("<g>\n  <text>so <tspan>many</tspan> people</text>\n  </g>\n")
    assert "".join(root.find("text").itertext()) == "so many people"
    assert "\n" not in etree.tostring(root, encoding="unicode")


def test_letters_alike_are_described_once():
    root = drawn(
        "<text font-family=\"'A', 'B'\" font-size='11px'>a</text>"
        "<text font-family=\"'A', 'B'\" font-size='11px'>b</text>"
        "<text font-family=\"'A', 'B'\" font-size='9px'>c</text>"
    )
    assert root.get("font-family") == "'A', 'B'"
    assert root.get("font-size") == "11px"
    assert [text.get("font-size") for text in root.iter("text")] == [None, None, "9px"]
    assert [text.get("font-family") for text in root.iter("text")] == [None, None, None]


def test_letters_without_a_size_of_their_own_keep_what_they_inherit():
    root = drawn('<text font-size="11px">a</text><text>b</text>')
    assert root.get("font-size") is None


def test_a_turn_by_nothing_goes_and_a_factor_keeps_all_its_decimals():
    root = drawn(
        '<text transform="rotate(-0 5.4 100.123)">a</text>'
        '<text transform="translate(5.4321 0) scale(0.015625)">b</text>'
    )
    first, second = root.iter("text")
    assert first.get("transform") is None
    assert second.get("transform") == "translate(5.4321 0) scale(0.015625)"


@given(st.lists(st.tuples(*[st.floats(-1e4, 1e4, allow_nan=False)] * 2), min_size=1, max_size=8))
def test_no_point_of_a_line_moves_by_more_than_half_a_hundredth_of_a_point(points):
    line = "M " + " L ".join(f"{x:f}  {y:f}" for x, y in points)
    root = drawn(f'<path d="{line}" fill="none" stroke="#000"/>')
    kept = [float(n) for n in re.findall(r"-?[\d.]+", root.find("path").get("d"))]
    assert kept == pytest.approx([n for point in points for n in point], abs=0.005001)


def test_a_drawing_that_is_slim_stays_as_it_is():
    root = drawn(
        '<g opacity="0.5"><path d="M 0.123456 1  L 2 3 " stroke="#000"/></g><text x="1.005">a</text>'
    )
    again = etree.tostring(root, encoding="unicode").replace(
        "<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1
    )
    second = inline_svg(again.encode(), "p1", "A line that rises.")
    assert etree.tostring(second) == etree.tostring(root)
