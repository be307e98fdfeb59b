"""What pages need beside their text: style sheet, script, fonts, pictures, downloads."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterable, Sequence
from importlib.metadata import version
from pathlib import Path

from valuekit.publish import fonts
from valuekit.publish.html import THEME

_MANIFEST = "manifest.json"


def copy_file(source: Path, target: Path) -> None:
    """Copy one file, making its folder."""
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)


def write_theme(site: Path) -> None:
    """The theme's style sheets, scripts and drawings to ``assets/``."""
    for file in sorted(THEME.iterdir()):
        if file.suffix in (".css", ".js", ".svg"):
            copy_file(file, site / "assets" / file.name)


def write_resources(root: Path, patterns: Sequence[str], site: Path) -> None:
    """Files that the project names as going with the site, at their own paths."""
    for pattern in patterns:
        for file in sorted(root.glob(pattern)):
            if file.is_file():
                copy_file(file, site / file.relative_to(root))


def write_fonts(cache: Path, site: Path) -> None:
    """The site's fonts to ``assets/fonts/``: cut once, then taken from `cache` while nothing changed."""
    if not _whole(cache):
        shutil.rmtree(cache, ignore_errors=True)
        written = fonts.write_web_fonts(cache)
        manifest = {"recipe": _recipe(), "files": _hashes(written)}
        (cache / _MANIFEST).write_text(json.dumps(manifest), encoding="utf-8", newline="\n")
    for name in fonts.WEB_FONTS:
        copy_file(cache / name, site / "assets" / "fonts" / name)


def _recipe() -> str:
    """What the fonts are made from: they are made again when it changes."""
    source = Path(fonts.__file__).read_bytes()
    packages = " ".join(version(name) for name in ("font-source-sans-pro", "fonttools"))
    return hashlib.sha256(source + packages.encode()).hexdigest()


def _hashes(files: Iterable[Path]) -> dict[str, str]:
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


def _whole(cache: Path) -> bool:
    """Whether `cache` holds the fonts of today's recipe, byte for byte as they were written."""
    try:
        manifest = json.loads((cache / _MANIFEST).read_text(encoding="utf-8"))
        found = _hashes(cache / name for name in fonts.WEB_FONTS)
    except (OSError, ValueError):
        return False
    return manifest == {"recipe": _recipe(), "files": found}
