"""One input, one result: nothing of the clock, the folder or the order of work gets into it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from checkout import Checkout


@pytest.mark.slow
def test_two_publishes_in_two_folders_give_the_same_bytes(
    published: Checkout, new_checkout: Callable[[], Checkout]
) -> None:
    again = new_checkout()
    run = again.run("publish", PYTHONHASHSEED="1", TZ="Pacific/Auckland", LC_ALL="C")
    assert run.code == 0, run.err
    first, second = published.tree("_site", "_packs"), again.tree("_site", "_packs")
    assert sorted(first) == sorted(second)
    assert [path for path in first if first[path] != second[path]] == []


def test_the_sample_is_the_same_bytes_every_time(
    published: Checkout, new_checkout: Callable[[], Checkout]
) -> None:
    again = new_checkout()
    assert again.run("sample", PYTHONHASHSEED="7").code == 0
    assert again.tree("data/extracts") == published.tree("data/extracts")


def test_what_is_published_does_not_name_the_folder_it_was_made_in(published: Checkout) -> None:
    folder = str(published.root).encode()
    assert [path for path, content in published.tree("_site", "_packs").items() if folder in content] == []
