"""A service is added with a definition, a page and data: no Python is touched."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from checkout import Checkout
from small_checkout import small_checkout, with_sample


@pytest.mark.slow
def test_a_scaffolded_service_is_published_without_touching_python(tmp_path: Path, pdf_text) -> None:
    checkout = with_sample(small_checkout(tmp_path))
    before = checkout.tree("valuekit")
    made = checkout.run("new-service", "asthma")
    assert made.code == 0, made.err
    assert checkout.tree("valuekit").keys() == before.keys()
    run = checkout.run("publish", "--verbose")
    assert run.code == 0, run.err
    page = (checkout.root / "_site" / "reports" / "services" / "asthma.html").read_text(encoding="utf-8")
    assert "Asthma" in page and "95%" in page
    assert "Asthma" in pdf_text(checkout.root / "_site" / "reports" / "services" / "asthma.pdf")
    assert "asthma" in (checkout.root / "_site" / "reports" / "index.html").read_text(encoding="utf-8")
    assert ",asthma," in (checkout.root / "_site" / "downloads" / "service.csv").read_text(
        encoding="utf-8"
    ).replace("\nasthma,", "\n,asthma,")


def test_a_service_that_exists_is_not_overwritten(new_checkout: Callable[[], Checkout]) -> None:
    checkout = new_checkout()
    before = checkout.tree("data/services", "reports/services")
    run = checkout.run("new-service", "stroke")
    assert run.code != 0 and "stroke" in run.err
    assert checkout.tree("data/services", "reports/services") == before
