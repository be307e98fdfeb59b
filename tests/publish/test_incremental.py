"""Only what depends on a change is rendered again, and the result is what a full rendering gives."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

import pandas as pd
import pytest
from checkout import ROOT

from valuekit.cache import Cache, FileHashes
from valuekit.mart.contents import contents, write_contents
from valuekit.publish.site import publish

from .conftest import PERIOD

PART = """```{python}
from pathlib import Path

from valuekit.mart import Mart

mart = Mart(Path("_build/mart/public"))
print(mart.of("service", service)["name"].iloc[0])
```
"""
ALL = PART.replace('mart.of("service", service)["name"].iloc[0]', 'len(mart.table("service"))')


def write_services(small, **names: str) -> None:
    """A mart of one table: the services, with the name of each."""
    frame = pd.DataFrame({"service": list(names), "name": list(names.values())})
    folder = small.root / "_build/mart/public"
    frame.to_parquet(folder / "service.parquet", index=False)
    write_contents(folder, {"service": contents(frame)})


@pytest.fixture
def site(small):
    """Two services that read their own rows, a page that reads all rows, and two that read nothing."""
    write_services(small, asthma="Asthma", stroke="Stroke")
    small.write("reports/_service.qmd", PART)
    for name in ("asthma", "stroke"):
        body = f'```{{python}}\nservice = "{name}"\n```\n\n{{{{< include ../_service.qmd >}}}}\n'
        small.document(body, f"reports/services/{name}.qmd", f"title: {name.capitalize()}\nformat: html")
    small.document(ALL, "reports/all.qmd", "title: All\nformat: html")
    small.document(
        "Words.",
        "reports/words.qmd",
        "title: Words\nformat: [html, typst]".replace("[html, typst]", "{html: default, typst: default}"),
    )
    small.write("data/extra.txt", "one")
    small.document(
        "```{python}\nprint(open('data/extra.txt').read())\n```",
        "reports/reads.qmd",
        "title: R\nformat: html",
    )
    return small


def rendered(site) -> set[str]:
    """Publish; the documents that were rendered."""
    reasons = publish(site.project, PERIOD, ("public",)).reasons
    return {reason.path.removeprefix("reports/") for reason in reasons if reason.rendered}


def in_full(site) -> dict[str, bytes]:
    """What a publish that knows of nothing gives."""
    shutil.rmtree(site.project.cache)
    assert len(rendered(site)) == 6
    return site.tree("_site")


def change_commentary(site):
    file = site.root / "reports/services/stroke.qmd"
    file.write_text(file.read_text() + "\nA word from the team.\n")


def change_template(site):
    site.write("reports/_service.qmd", PART + "\nNew words.\n")


def change_rows_of_one_service(site):
    write_services(site, asthma="Asthma", stroke="Stroke and TIA")


def change_a_file_that_a_cell_reads(site):
    site.write("data/extra.txt", "two")


def change_navigation(site):
    file = site.root / "_quarto.yml"
    file.write_text(file.read_text().replace("text: Home", "text: Start"))


def touch_everything(site):
    for file in (*site.root.glob("reports/**/*.qmd"), site.root / "data/extra.txt"):
        file.write_bytes(file.read_bytes())


EVERYTHING = {"index.qmd", "all.qmd", "words.qmd", "reads.qmd", "services/asthma.qmd", "services/stroke.qmd"}


@pytest.mark.parametrize(
    ("change", "touches"),
    [
        (change_commentary, {"services/stroke.qmd"}),
        (change_template, {"services/asthma.qmd", "services/stroke.qmd"}),
        (change_rows_of_one_service, {"services/stroke.qmd", "all.qmd"}),
        (change_a_file_that_a_cell_reads, {"reads.qmd"}),
        (change_navigation, EVERYTHING),
        (touch_everything, set()),
    ],
)
def test_a_change_renders_what_depends_on_it_and_gives_the_bytes_of_a_full_rendering(
    site, change, touches
) -> None:
    assert rendered(site) == EVERYTHING
    assert rendered(site) == set()
    change(site)
    assert rendered(site) == touches
    in_steps = site.tree("_site")
    assert in_steps == in_full(site)


def test_each_document_has_its_reason_in_words(site) -> None:
    publish(site.project, PERIOD, ("public",))
    change_rows_of_one_service(site)
    change_a_file_that_a_cell_reads(site)
    said = [str(reason) for reason in publish(site.project, PERIOD, ("public",)).reasons]
    assert "reports/services/stroke.qmd (public): rendered: the figures of stroke (service) changed" in said
    assert "reports/all.qmd (public): rendered: the figures of all services (service) changed" in said
    assert "reports/reads.qmd (public): rendered: data/extra.txt changed" in said
    assert "reports/words.qmd (public): not rendered: nothing it depends on has changed" in said


def test_a_change_that_is_taken_back_leaves_the_first_bytes(site) -> None:
    rendered(site)
    before = site.tree("_site")
    change_rows_of_one_service(site)
    rendered(site)
    write_services(site, asthma="Asthma", stroke="Stroke")
    rendered(site)
    assert site.tree("_site") == before


@pytest.mark.parametrize("harm", [b"", b"not what was written", None])
def test_a_cache_that_is_damaged_is_made_again_without_a_hand(site, harm) -> None:
    rendered(site)
    before = site.tree("_site")
    files = [file for file in site.project.cache.rglob("*") if file.is_file()]
    assert files
    for file in files:
        file.write_bytes(file.read_bytes()[:-1] if harm is None else harm)
    assert rendered(site) == EVERYTHING
    assert site.tree("_site") == before
    assert rendered(site) == set()


def test_a_document_that_failed_is_tried_again_and_the_others_are_not(site) -> None:
    rendered(site)
    site.document("```{python}\nopen('data/later.txt')\n```", "reports/reads.qmd", "title: R\nformat: html")
    change_commentary(site)
    with pytest.raises(Exception, match="later"):
        rendered(site)
    site.write("data/later.txt", "now")
    assert rendered(site) == {"reads.qmd"}, "the commentary's page was kept when the other failed"


@pytest.mark.skipif(not hasattr(__import__("os"), "kill"), reason="needs signals")
def test_a_document_that_ends_its_process_is_named_and_the_others_get_their_verdict(site) -> None:
    rendered(site)
    before = site.tree("_site")
    kill = "```{python}\nimport os, signal\nos.kill(os.getpid(), signal.SIGKILL)\n```"
    site.document(kill, "reports/reads.qmd", "title: R\nformat: html")
    site.document("```{python}\n1 / 0\n```", "reports/words.qmd", "title: W\nformat: html")
    with pytest.raises(Exception, match="ZeroDivisionError") as caught:
        rendered(site)
    said = [str(problem) for problem in caught.value.problems]
    assert [line.split(":")[0] for line in said] == ["reports/reads.qmd", "reports/words.qmd"]
    assert "the process that rendered it ended early" in said[0]
    assert site.tree("_site") == before


# The parts --------------------------------------------------------------------------------------


def test_every_kind_of_cell_shows_in_the_hash_of_its_service_alone() -> None:
    frame = pd.DataFrame(
        {
            "service": ["a", "a", "b"],
            "text": pd.array(["x", None, "x"], dtype="str"),
            "integer": pd.array([1, None, 3], dtype="Int64"),
            "number": [0.1, float("nan"), 2.0],
            "date": pd.to_datetime(["2026-01-01", None, "2026-01-02"]),
            "flag": [True, False, True],
        }
    )
    before = contents(frame)
    others = {
        "text": "y",
        "integer": 2,
        "number": 0.1 + 1e-16 * 2,
        "date": pd.Timestamp("2026-01-03"),
        "flag": False,
    }
    for column, value in others.items():
        changed = frame.copy()
        changed.loc[0, column] = value
        now = contents(changed)
        assert now["a"] != before["a"] and now["b"] == before["b"] and now[""] != before[""], column
    assert contents(frame.iloc[[1, 0, 2]])["a"] != before["a"], "the order of rows counts"
    assert contents(frame.copy()) == before


def test_a_file_changed_within_the_clocks_grain_is_read_again(tmp_path) -> None:
    import os

    file, memory = tmp_path / "a.csv", tmp_path / "hashes.json"
    file.write_text("one")
    now = file.stat().st_mtime_ns
    hashes = FileHashes(memory)
    first = hashes.of(file)
    hashes.save()
    file.write_text("two")
    os.utime(file, ns=(now, now))  # same size, same time, same inode
    assert FileHashes(memory).of(file) != first


def test_a_file_that_has_not_changed_for_long_is_not_read_again(tmp_path, monkeypatch) -> None:
    import os
    from pathlib import Path

    file, memory = tmp_path / "a.csv", tmp_path / "hashes.json"
    file.write_text("one")
    os.utime(file, (1_000_000_000, 1_000_000_000))
    hashes = FileHashes(memory)
    first = hashes.of(file)
    hashes.save()
    later = FileHashes(memory)
    monkeypatch.setattr(Path, "read_bytes", lambda self: pytest.fail("the file was read"))
    assert later.of(file) == first


def test_the_cache_keeps_to_its_size_and_lets_go_of_what_was_not_used_for_longest(tmp_path) -> None:
    import os

    cache = Cache(tmp_path)
    for at, key in enumerate(("aa", "bb", "cc")):
        cache.put("charts", key, bytes(1000))
        os.utime(cache.file("charts", key), (at, at))
    assert cache.get("charts", "aa") == bytes(1000)  # used now: no longer the oldest
    cache.trim(2200)
    assert [key for key in ("aa", "bb", "cc") if cache.get("charts", key)] == ["aa", "cc"]


def test_the_ear_for_opened_files_bears_that_its_module_goes_when_python_ends(tmp_path):
    """Python sets a module's names to None while it ends, and files may still be looked for then."""
    code = """
import os
from pathlib import Path
from valuekit import reads

with reads.recording(Path()):
    pass
vars(reads).update(dict.fromkeys(vars(reads)))
print(os.listdir("."))
"""
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (done.stdout.strip(), done.stderr) == ("[]", "")
