"""Reading what a publish wrote."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def pdf_text() -> Callable[[Path], str]:
    """The text of a PDF, as a reader would copy it."""
    from pypdf import PdfReader

    return lambda file: "\n".join(page.extract_text() for page in PdfReader(file).pages)
