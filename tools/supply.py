"""The software bill of materials: what valuekit installs, in which version, under which licence.

``python run.py sbom`` writes two files from ``requirements.lock``; the same lock gives the same bytes:

- ``sbom.cdx.json`` (CycloneDX 1.6), for programs: each pinned package with the hashes of its wheels, and the
  programs and fonts that come inside some of them;
- ``reports/about/software.csv``, for the page that lists the licences. It is committed, and the tests hold it
  to the lock.
"""

from __future__ import annotations

import csv
import io
import json
import re
import sys
import tomllib
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

from cyclonedx.model import ExternalReference, ExternalReferenceType, HashAlgorithm, HashType, Property, XsUri
from cyclonedx.model.bom import Bom, BomMetaData
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.model.license import DisjunctiveLicense, LicenseExpression
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL

ROOT = Path(__file__).resolve().parents[1]
LOCK, SBOM = ROOT / "requirements.lock", ROOT / "sbom.cdx.json"
LISTED = ROOT / "reports" / "about" / "software.csv"

BUNDLED = {
    "pypandoc-binary": (("pandoc", ComponentType.APPLICATION, "GPL-2.0-or-later"),),
    "typst": (("Typst", ComponentType.APPLICATION, "Apache-2.0"),),
    "pagefind-bin": (("Pagefind", ComponentType.APPLICATION, "MIT"),),
    "font-source-sans-pro": (("Source Sans Pro", ComponentType.FILE, "OFL-1.1"),),
    "matplotlib": (("DejaVu fonts", ComponentType.FILE, "Bitstream-Vera"),),
}
"""Programs and fonts inside wheels, by the package that brings them: no package metadata names these.

The version stated is the package's own, except where the package can say another.
"""

ELSEWHERE = {"colorama": "BSD-3-Clause"}
"""Licences of what only another operating system installs, from the package's own metadata there."""

_CLASSIFIERS = {
    "MIT License": "MIT",
    "ISC License (ISCL)": "ISC",
    "SIL Open Font License 1.1 (OFL-1.1)": "OFL-1.1",
    "Apache Software License": "Apache-2.0",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
}
"""Trove classifiers as SPDX expressions, where a classifier means one licence only."""

_NAMED = {
    "BSD License": "BSD licence (the package does not say which)",
    "Python Software Foundation License": "licence in the manner of Python's own",
}
"""Classifiers that stand for several licences: said as they are."""

_WORDS = {
    "MIT": "MIT",
    "Apache 2.0": "Apache-2.0",
    "Apache-2.0": "Apache-2.0",
    "BSD-3-Clause": "BSD-3-Clause",
    "2-clause BSD": "BSD-2-Clause",
    "ISC license": "ISC",
    "MPL-2.0 AND MIT": "MPL-2.0 AND MIT",
}
"""What packages write in the free text field, as SPDX expressions."""


@dataclass(frozen=True)
class Pin:
    """One line of the lock."""

    name: str
    version: str
    where: str
    """On which systems it is installed; empty for all."""
    hashes: tuple[str, ...]


def pins(lock: Path = LOCK) -> list[Pin]:
    """Every pinned package of `lock`, in its order."""
    text = lock.read_text(encoding="utf-8").replace("\\\n", " ")
    found = []
    for line in text.splitlines():
        match = re.match(r"([a-z0-9._-]+)==(\S+)(?:\s*;\s*(.*?))?(?=\s+--hash|\s*$)", line)
        if match:
            hashes = tuple(re.findall(r"--hash=sha256:([0-9a-f]{64})", line))
            found.append(Pin(match[1], match[2], (match[3] or "").strip(), hashes))
    return found


def licence(name: str) -> str:
    """The licence of an installed package, from its metadata: an SPDX expression where it can be told.

    Raises
    ------
    LookupError
        The package says nothing that can be told for certain.
    """
    try:
        said = metadata.metadata(name)
    except metadata.PackageNotFoundError:
        if name in ELSEWHERE:
            return ELSEWHERE[name]
        raise LookupError(f"{name} is not installed here: run `python run.py setup` first") from None
    if said.get("License-Expression"):
        return said["License-Expression"]
    words = (said.get("License") or "").strip()
    if words in _WORDS:
        return _WORDS[words]
    for classifier in said.get_all("Classifier") or []:
        kind = classifier.rsplit("::", 1)[-1].strip()
        if classifier.startswith("License") and kind in _CLASSIFIERS | _NAMED:
            return (_CLASSIFIERS | _NAMED)[kind]
    raise LookupError(f"the licence of {name} cannot be told from its metadata: add it to tools/supply.py")


def bill(lock: Path = LOCK) -> str:
    """The bill of materials as CycloneDX JSON."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    root = Component(
        name=project["name"], version=project["version"], type=ComponentType.APPLICATION, bom_ref="valuekit"
    )
    # A serial number from the content, and no time of day: the same lock gives the same file.
    serial = uuid5(NAMESPACE_URL, f"{project['version']} {lock.read_text(encoding='utf-8')}")
    bom = Bom(metadata=BomMetaData(component=root, timestamp=None), serial_number=serial)
    needed = []
    for pin in pins(lock):
        component = _component(pin, licence(pin.name))
        inside = [_bundled(pin, *what) for what in BUNDLED.get(pin.name, ())]
        component.components.update(inside)
        bom.components.add(component)
        needed.append(component)
    bom.register_dependency(root, needed)
    made = json.loads(JsonV1Dot6(bom).output_as_string())
    made["metadata"].pop("timestamp", None)
    return json.dumps(made, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def _component(pin: Pin, expression: str) -> Component:
    address = PackageURL("pypi", None, pin.name, pin.version)
    return Component(
        name=pin.name,
        version=pin.version,
        type=ComponentType.LIBRARY,
        bom_ref=str(address),
        purl=address,
        licenses=[
            DisjunctiveLicense(name=expression)
            if expression in _NAMED.values()
            else LicenseExpression(expression)
        ],
        properties=[Property(name="valuekit:installed-where", value=pin.where)] if pin.where else [],
        external_references=[
            ExternalReference(
                type=ExternalReferenceType.DISTRIBUTION,
                url=XsUri(f"urn:sha256:{sha}"),
                hashes=[HashType(alg=HashAlgorithm.SHA_256, content=sha)],
            )
            for sha in pin.hashes
        ],
    )


def listed(lock: Path = LOCK) -> str:
    """What the page shows, as CSV: `name`, `version`, `licence` and `inside` (the package that brings it)."""
    rows = {}
    for pin in pins(lock):
        # Two lines of one package are for two versions of Python: one row.
        versions = [p.version for p in pins(lock) if p.name == pin.name]
        rows[pin.name] = (pin.name, " or ".join(versions), licence(pin.name), "")
        for name, _, expression in BUNDLED.get(pin.name, ()):
            rows[name] = (name, _version(pin, name), expression, pin.name)
    made = io.StringIO()
    writer = csv.writer(made, lineterminator="\n")
    writer.writerow(["name", "version", "licence", "inside"])
    writer.writerows(sorted(rows.values(), key=lambda row: row[0].lower()))
    return made.getvalue()


def _bundled(pin: Pin, name: str, kind: ComponentType, expression: str) -> Component:
    return Component(
        name=name,
        version=_version(pin, name),
        type=kind,
        bom_ref=f"{pin.name}/{name}",
        licenses=[DisjunctiveLicense(id=expression)],
    )


def _version(pin: Pin, name: str) -> str:
    """The version of what lies inside a wheel: pandoc tells its own, the others follow their package."""
    if name == "pandoc":
        import pypandoc

        return str(pypandoc.get_pandoc_version())
    return pin.version


if __name__ == "__main__":
    try:
        LISTED.write_text(listed(), encoding="utf-8", newline="\n")
        SBOM.write_text(bill(), encoding="utf-8", newline="\n")
    except LookupError as error:
        sys.exit(str(error))
    print(f"{SBOM.name}: {len(pins())} packages, with the programs and fonts inside them")
