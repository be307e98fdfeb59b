"""How fast valuekit is, and in how much memory: ``make bench``, or ``make bench PARTS="xml joins"``.

Parts: ``xml``, ``csv`` (files read), ``joins`` (cost lines held to their schema, linked and added up),
``services`` (trusts of several sizes published whole) and ``changes`` (published again after one change).
``--lines``, ``--services``, ``--megabytes``, ``--csv-lines`` and ``--runs`` choose the sizes. Every case runs
in processes of its own, as often as ``--runs`` says (three), and its medians are printed when they are there.
All of it goes to ``_build.bench/bench.json`` (figures, one part beside another) and ``bench.md`` (tables),
with the machine's cores and memory.

A clock beside other work says little: look at the processor seconds then, and at the load that is noted.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import platform
import statistics
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests"), str(Path(__file__).parent)]

import heavy  # noqa: E402 - found by the line above
import trusts  # noqa: E402

Figures = dict[str, float | str]
"""One row: the case's name and what was measured of it."""

SIZES = {"xml": "MB", "csv": "lines", "joins": "lines", "services": "services"}
"""What the cost of each part grows with."""

TIMES = ("seconds", "site_seconds", "processor")
"""What of each case is asked how it grows."""

PEAKS = ("peak_MiB", "largest_process_MiB")
"""Of these the largest of all runs is said."""

BARS = {
    "xml": "at least 40 MB/s, less than 500 MB resident whatever the size",
    "joins": "10 million lines in 15 s and 2 GiB, 50 million in 80 s and 3 GiB; exponent 1.05 at most",
    "services": "the site, each service as HTML and PDF/UA: 50 services in 75 s, 200 in 300 s; exponent 1.05 "
    "at most",
    "changes": "nothing changed: less than 2 s",
}
"""What each part is held to, on 2 cores and 24 GiB."""


def medians(runs: Sequence[Mapping[str, float]]) -> Figures:
    """The median of each figure; of the peak memory the largest."""
    found: Figures = {key: statistics.median(one[key] for one in runs) for key in runs[0]}
    return found | {key: max(one[key] for one in runs) for key in PEAKS if key in found}


def exponent(rows: Sequence[Figures], size: str, key: str) -> float | None:
    """The power of `size` that `key` grows with: 1 is in proportion. Least squares on logarithms.

    None for fewer than two sizes.
    """
    if len({row[size] for row in rows}) < 2:
        return None
    x, y = ([math.log(row[name]) for row in rows] for name in (size, key))
    return statistics.linear_regression(x, y).slope


def machine() -> dict[str, object]:
    """What the figures were measured on."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return {"cores": os.cpu_count(), "memory_GiB": round(memory, 1), "python": platform.python_version(),
            "load_before": [round(load, 1) for load in os.getloadavg()]}  # fmt: skip


# Parts


def read_files(case: str, path: Path, runs: int) -> Figures:
    """A case of ``heavy.py``, with its rates."""
    found = medians([heavy.in_a_process(case, path) for _ in range(runs)])
    found["MB_per_second"] = found["MB"] / found["seconds"]
    found["MB_per_processor_second"] = found["MB"] / found["processor"]
    found["lines_per_second"] = found["lines"] / found["seconds"]
    return {"case": case, **found}


def xml(said: argparse.Namespace) -> Iterable[Figures]:
    """PLICS files of each size into an empty store."""
    for megabytes in said.megabytes:
        yield read_files("import_xml", heavy.make_xml(said.folder, megabytes), said.runs)


def csv(said: argparse.Namespace) -> Iterable[Figures]:
    """Cost lines as CSV, read and typed."""
    for lines in said.csv_lines:
        yield read_files("read_csv", heavy.make_drop(said.folder, lines), said.runs)


def joins(said: argparse.Namespace) -> Iterable[Figures]:
    """Cost lines as Parquet, validated, linked and added up."""
    for lines in said.lines:
        yield read_files("cost_lines", heavy.make_drop(said.folder, lines), said.runs)


def services(said: argparse.Namespace) -> Iterable[Figures]:
    """Trusts of each size, built and published as HTML and PDF from nothing."""
    for count in said.services:
        root = trusts.make_checkout(said.folder, count)
        yield {"case": "publish", **medians([trusts.whole(root) for _ in range(said.runs)])}


def changes(said: argparse.Namespace) -> Iterable[Figures]:
    """The smallest of those trusts, published again after one change."""
    count = min(said.services)
    root = trusts.make_checkout(said.folder, count)
    trusts.restore(root)
    trusts.ran(root, "publish")
    for name, change in trusts.CHANGES.items():
        found = medians([trusts.after_a_change(root, change, run) for run in range(said.runs)])
        yield {"case": name, "services": float(count), **found}


PARTS: dict[str, Callable[[argparse.Namespace], Iterable[Figures]]] = {
    "xml": xml, "csv": csv, "joins": joins, "services": services, "changes": changes,
}  # fmt: skip


# What is said


def line(row: Figures) -> str:
    """One row, as it is printed."""
    figures = (f"{name.replace('_', ' ')} {_shown(value)}" for name, value in row.items() if name != "case")
    return f"{row['case']}: " + ", ".join(figures)


def _shown(value: float | str) -> str:
    if isinstance(value, str):
        return value
    return f"{value:,.0f}" if abs(value) >= 100 or value == int(value) else f"{value:.2f}"


def growth(part: str, rows: Sequence[Figures]) -> dict[str, float]:
    """How the clock and the processors grow with the part's size, where there are sizes to compare."""
    if part not in SIZES:
        return {}
    found = {key: exponent(rows, SIZES[part], key) for key in TIMES if all(key in row for row in rows)}
    return {key: round(value, 3) for key, value in found.items() if value is not None}


def tables(results: Mapping[str, Mapping]) -> str:
    """Every part's newest figures as Markdown."""
    out = ["# Benchmarks", ""]
    for part, held in results.items():
        on = held["machine"]
        columns = list(dict.fromkeys(name for row in held["rows"] for name in row))
        out += [f"## {part}", "", f"{on['cores']} cores, {on['memory_GiB']} GiB, Python {on['python']}; load "
                f"before: {on['load_before'][0]}; medians of {held['runs']} runs.", ""]  # fmt: skip
        out += [f"To reach: {BARS[part]}.", ""] if part in BARS else []
        out += [
            "| " + " | ".join(name.replace("_", " ") for name in columns) + " |",
            "|---" * len(columns) + "|",
        ]
        out += [
            "| " + " | ".join(_shown(row.get(name, "")) for name in columns) + " |" for row in held["rows"]
        ]
        out += ["", *(f"Growth of {key}: {SIZES[part]} to the power {value:.2f}."
                      for key, value in held["growth"].items()), ""]  # fmt: skip
    return "\n".join(out)


def words(given: Sequence[str] | None = None) -> argparse.Namespace:
    """What the command line asks for."""
    asked = argparse.ArgumentParser(prog="make bench", description=__doc__.partition("\n")[0])
    asked.add_argument(
        "parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}; all where none is named"
    )
    asked.add_argument("--runs", type=int, default=3)
    asked.add_argument("--megabytes", type=int, nargs="+", default=[500])
    asked.add_argument("--csv-lines", type=int, nargs="+", default=[1_000_000])
    asked.add_argument("--lines", type=int, nargs="+", default=[1_000_000, 10_000_000, 50_000_000])
    asked.add_argument("--services", type=int, nargs="+", default=[3, 50, 200])
    asked.add_argument("--folder", type=Path, default=ROOT / "_build.bench")
    said = asked.parse_args(given)
    if unknown := set(said.parts) - set(PARTS):
        asked.error(f"there is no part {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    return said


def main(given: Sequence[str] | None = None) -> None:
    """Run the parts, say what came of each case when it is there, and keep it."""
    said = words(given)
    said.folder.mkdir(parents=True, exist_ok=True)
    kept = said.folder / "bench.json"
    results = json.loads(kept.read_text(encoding="utf-8")) if kept.exists() else {}
    for part in said.parts or PARTS:
        held = {"machine": machine(), "runs": said.runs, "rows": [], "growth": {}}
        for row in PARTS[part](said):
            held["rows"].append(row)
            print(line(row), flush=True)
        held["growth"] = growth(part, held["rows"])
        for key, value in held["growth"].items():
            print(f"{part}: {key} grow with {SIZES[part]} to the power {value:.2f}", flush=True)
        results[part] = held
        kept.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
        (said.folder / "bench.md").write_text(tables(results), encoding="utf-8")


if __name__ == "__main__":
    main()
