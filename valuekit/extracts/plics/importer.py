"""One PLICS file into the import store: read once, reconciled with its header, kept whole or not at all.

The store is ``_store/plics/<feed>/<month>/<what the content and the settings are>/``: a folder for each file,
with `records`, `cost_activities`, `resources` and `others` as Parquet and a ``manifest.json``. A folder
is made under another name and gets its own when it is complete, so an import that is killed leaves the store
as it was; the next import clears up after it. A file of the same content is not read again.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import shutil
import tempfile
import time
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path

import pandas as pd

from valuekit.errors import ExtractError
from valuekit.extracts.plics.feeds import RECONCILIATION, PlicsFile, feed_of
from valuekit.extracts.plics.markup import Markup, NotPlain, batches, plain, refuse
from valuekit.extracts.plics.records import Records
from valuekit.extracts.plics.safe import Safe
from valuekit.extracts.plics.source import blocks, sha256_of
from valuekit.extracts.plics.tables import Tables, header_pence
from valuekit.extracts.trust import pounds

VERSION = 1
"""Of what an import makes of a file: raised whenever that changes, so that stores are made anew."""

MANIFEST = "manifest.json"
UNFINISHED = ".unfinished-"
LEFT_BEHIND = 600
"""Seconds without change after which an unfinished import is nobody's any more."""

_MENDED = "Ask for the file to be sent again, with a header that agrees with it."


@dataclass(frozen=True)
class Settings:
    """What an import depends on besides the file: the pseudonym key and the deprivation look-up."""

    key: str
    deciles: pd.Series

    @property
    def fingerprint(self) -> str:
        """Tells settings apart and gives none of them away."""
        look_up = pd.util.hash_pandas_object(self.deciles).to_numpy().tobytes()
        said = f"valuekit plics {VERSION} ".encode() + look_up
        return hmac.digest(self.key.encode(), said, hashlib.sha256).hex()[:12]


@dataclass(frozen=True)
class Manifest:
    """What was imported: the source, by its SHA-256, and what it holds."""

    source: str
    size: int
    modified_ns: int
    sha256: str
    settings: str
    feed: str
    month: str
    organisation: str
    records: int
    cost_activities: int
    resources: int
    pence: int
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Imported:
    """A file of the store: the folder of its tables, and its manifest."""

    folder: Path
    manifest: Manifest


def import_file(file: PlicsFile, store: Path, settings: Settings) -> Imported:
    """Import `file`, or find it in the store.

    Parameters
    ----------
    file
        As its name says.
    store
        ``_store/plics``; made if it is not there.
    settings
        What its identifiers become.

    Raises
    ------
    ExtractError
        The file cannot be read or trusted; one fault, and the store is as it was.
    """
    place = store / file.feed / str(file.month)
    state = _state(file)
    fingerprint = settings.fingerprint
    known = [found for found in map(_read_manifest, sorted(place.glob(f"*/{MANIFEST}"))) if found is not None]
    known = [found for found in known if found.manifest.settings == fingerprint]
    for found in known:
        if (found.manifest.source, found.manifest.size, found.manifest.modified_ns) == (file.name, *state):
            return found
    sha256 = _hashed(file)
    for found in known:
        if found.manifest.sha256 == sha256:
            return found
    place.mkdir(parents=True, exist_ok=True)
    clear_unfinished(store)
    unfinished = Path(tempfile.mkdtemp(prefix=UNFINISHED, dir=store))
    try:
        made = _into(unfinished, file, settings)
        if _state(file) != state:
            raise refuse(file.name, "the file changed while it was read", do="Run again when it is complete.")
        manifest = Manifest(file.name, *state, sha256, fingerprint, file.feed, str(file.month),
                            file.organisation, **made)  # fmt: skip
        text = json.dumps(asdict(manifest), indent=1)
        (unfinished / MANIFEST).write_text(text + "\n", encoding="utf-8", newline="\n")
        final = place / f"{sha256[:16]}-{fingerprint}"
        shutil.rmtree(final, ignore_errors=True)  # without a manifest that can be read, or it had been found
        unfinished.replace(final)
        return Imported(final, manifest)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def clear_unfinished(store: Path) -> None:
    """Remove what imports that were killed left behind."""
    for folder in store.glob(f"{UNFINISHED}*"):
        newest = max((path.stat().st_mtime for path in (folder, *folder.glob("*"))), default=0)
        if time.time() - newest > LEFT_BEHIND:
            shutil.rmtree(folder, ignore_errors=True)


def _state(file: PlicsFile) -> tuple[int, int]:
    try:
        stat = file.path.stat()
    except OSError as error:
        raise refuse(file.name, "cannot be read", error.strerror or "", "Check its permissions.") from None
    return stat.st_size, stat.st_mtime_ns


def _hashed(file: PlicsFile) -> str:
    try:
        return sha256_of(file.path)
    except OSError as error:
        raise refuse(file.name, "cannot be read", error.strerror or "", "Check its permissions.") from None


def _read_manifest(path: Path) -> Imported | None:
    try:
        held = json.loads(path.read_text(encoding="utf-8"))
        return Imported(path.parent, Manifest(**{**held, "notes": tuple(held["notes"])}))
    except (OSError, ValueError, TypeError, KeyError):
        return None


def _into(folder: Path, file: PlicsFile, settings: Settings) -> dict[str, object]:
    """Write the tables of `file` into `folder`; what its manifest says of them."""
    try:
        return _read(folder, file, settings, lambda: blocks(file.path))
    except NotPlain:
        for table in folder.iterdir():
            table.unlink()
        return _read(folder, file, settings, lambda: plain(file.name, lambda: blocks(file.path)))


def _read(folder: Path, file: PlicsFile, settings: Settings, begin) -> dict[str, object]:
    header: dict[str, str] = {}
    records = Records(file.name, file.feed)
    safe = Safe(file.feed, settings.key, settings.deciles)
    others: Counter[str] = Counter()
    with Tables(folder, file, safe) as tables:
        for part in batches(file.name, begin):
            if isinstance(part, Markup):
                batch = records.tables(part)
                others.update(batch.others["path"].to_pylist())
                tables.add(batch)
            else:
                header = part
                _check_header(file, header)
        tables.finish()
        counts = tables.counts
    _reconcile(file, header, counts)
    notes = [*safe.notes, *tables.notes]
    if others:
        named = ", ".join(f"{path} ({count:,})" for path, count in sorted(others.items())[:8])
        notes.append(f"fields that the feed does not have are kept as pseudonyms: {named}")
    return {**counts, "notes": tuple(notes)}


def _check_header(file: PlicsFile, header: dict[str, str]) -> None:
    """The header says what the name says."""
    do = "Check that the right file was sent under the right name."
    if (feed := header.get("FeedType")) is not None and feed_of(feed) != file.feed:
        raise refuse(file.name, "the header's FeedType is not that of its name", do=do)
    sender = header.get("OrgSubmittingID")
    if sender is not None and sender.upper() != file.organisation:
        raise refuse(file.name, "the header's OrgSubmittingID is not that of its name", do=do)
    begin, end = header.get("PeriodStartDate", ""), header.get("PeriodEndDate", "")
    if begin[:7] != str(file.month) or (end and end[:7] != str(file.month)):
        why = f"the header's period is not {file.month.words}"
        raise refuse(file.name, "wrong period", why, do)


def _reconcile(file: PlicsFile, header: dict[str, str], counts: dict[str, int]) -> None:
    """The header's totals are those of the body; else the file is refused whole."""
    problems = []
    said = header.get("NoOfActivityRecords", "")
    if not said.isascii() or not said.isdigit():
        what = "the header does not say how many records there are (NoOfActivityRecords)"
        problems += refuse(file.name, what, do=_MENDED).problems
    elif int(said) != counts["records"]:
        found, wanted = counts["records"], int(said)
        why = f"{found:,} in the file, {wanted:,} in the header: {found - wanted:+,}"
        what = "the number of records is not the header's NoOfActivityRecords"
        problems += refuse(file.name, what, why, _MENDED).problems
    total = header_pence(header.get("TotalCosts"))
    if total is None:
        what = "the header does not say the cost in pounds (TotalCosts)"
        problems += refuse(file.name, what, do=_MENDED).problems
    elif total != counts["pence"]:
        found = counts["pence"]
        why = f"{pounds(found)} in the file, {pounds(total)} in the header: {pounds(found - total)}"
        lines = "records" if file.feed == RECONCILIATION else "resource lines"
        problems += refuse(file.name, f"the cost of its {lines} is not the header's TotalCosts", why,
                           _MENDED).problems  # fmt: skip
    if problems:
        raise ExtractError(problems)
