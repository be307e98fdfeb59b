"""A PLICS file is kept whole, line by line and penny by penny, or refused with one clear line."""

from __future__ import annotations

import gzip
import json
import os
import random
import re
import signal
import subprocess
import sys
import time
import zipfile
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.plics_files import NIL, document, file_name, frame, header, nhs_number, record, write_feed
from valuekit.errors import ExtractError, Problem
from valuekit.extracts.plics import importer, markup, source, tables
from valuekit.extracts.plics.feeds import FIELDS, by_name, newest

SETTINGS = importer.Settings("k" * 32, pd.Series({"ZZ1 1": 3}, dtype="Int64"))
PERSON = {"NHSNo": "9434765919", "Postcd": "ZZ1 1AB", "DoB": "1931-03-07", "Gendr": "2"}
STAY = {"OrgId": "RZZ", "PLEMI": "ACT-0001", **PERSON, "EpStDte": "2026-10-03", "PathId": NIL}
COSTS = [
    ("PAT006", "12", [("CPF001", "10.50"), ("CPF022", "-3.25")]),
    ("DIM001", "1", [("CPF030", "100")]),
]
TWO = [(STAY, COSTS), ({"OrgId": "RZZ", "PLEMI": "ACT-0002"}, [("ODT005", "2.5", [("CPF001", "0.01")])])]


class Store:
    """Writes a file into a folder and imports it."""

    def __init__(self, folder: Path):
        self.folder, self.store = folder, folder / "store"

    def put(self, text: str | bytes, name: str = file_name("APC")) -> Path:
        path = self.folder / name
        path.write_bytes(text.encode("utf-8") if isinstance(text, str) else text)
        return path

    def take(self, text: str | bytes, name: str = file_name("APC")) -> importer.Imported:
        return self.read(self.put(text, name))

    def read(self, path: Path) -> importer.Imported:
        file = by_name(path)
        assert not isinstance(file, Problem), file
        return importer.import_file(file, self.store, SETTINGS)

    def refused(self, text: str | bytes, name: str = file_name("APC")) -> str:
        before = self.everything()
        with pytest.raises(ExtractError) as error:
            self.take(text, name)
        assert self.everything() == before, "a refused file left something in the store"
        assert "\n" not in str(error.value)
        return str(error.value)

    def everything(self) -> dict[str, bytes]:
        files = sorted(self.store.rglob("*")) if self.store.exists() else []
        return {
            file.relative_to(self.store).as_posix(): file.read_bytes() for file in files if file.is_file()
        }


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path)


def table(made: importer.Imported, name: str) -> pd.DataFrame:
    return pq.read_table(made.folder / f"{name}.parquet").to_pandas()


def test_every_line_is_kept_with_its_pence_and_its_place(store: Store) -> None:
    made = store.take(document("APC", TWO))
    lines = table(made, "resources")
    # 10.50 − 3.25 + 100 + 0.01, added by hand
    assert lines["pence"].tolist() == [1050, -325, 10000, 1] and made.manifest.pence == 10726
    assert lines["activity_id"].tolist() == ["ACT-0001"] * 3 + ["ACT-0002"]
    assert lines["ActCstID"].tolist() == ["PAT006", "PAT006", "DIM001", "ODT005"]
    assert lines["ResCstID"].tolist() == ["CPF001", "CPF022", "CPF030", "CPF001"]
    assert lines["record"].tolist() == [1, 1, 1, 2] and lines["cost_activity"].tolist() == [1, 1, 2, 3]
    acts = table(made, "cost_activities")
    assert acts["ActCnt"].tolist() == [12, 1, 2.5] and acts["record"].tolist() == [1, 1, 2]


def test_identifiers_become_a_pseudonym_an_age_band_and_a_decile(store: Store) -> None:
    made = store.take(document("APC", TWO))
    records = table(made, "records")
    assert records.loc[0, ["age_band", "deprivation_decile"]].tolist() == ["90 and over", 3]
    assert records["patient"].isna().tolist() == [False, True] and records["PathId"].isna().all()
    assert not {"NHSNo", "Postcd", "DoB"} & set(records)
    written = b"".join(store.everything().values())
    for planted in ("9434765919", "943 476 5919", "1931-03-07", "ZZ1 1AB", "k" * 32):
        assert planted.encode() not in written


def test_an_nhs_number_in_another_field_becomes_the_pseudonym_and_is_said(store: Store) -> None:
    made = store.take(document("APC", [({**STAY, "HSpellNo": "943-476-5919"}, COSTS)]))
    records = table(made, "records")
    assert records["HSpellNo"].tolist() == records["patient"].tolist()
    assert "held an NHS number" in "; ".join(made.manifest.notes)


def test_a_field_that_the_feed_does_not_have_is_kept_and_reported_but_not_in_clear(store: Store) -> None:
    body = record({**STAY, "PatientName": "Quillfeather"}, COSTS).replace(
        "<ActCnt>1</ActCnt>", "<ActCnt>1</ActCnt><Room><Bed>7</Bed></Room>"
    )
    made = store.take(frame(header("APC", "2026-10", 1, "107.25"), body))
    others = table(made, "others")
    assert others["path"].tolist() == ["PatientName", "CstActivity/Room", "CstActivity/Room/Bed"]
    assert others["record"].tolist() == [1, 1, 1] and others["value"].notna().tolist() == [True, False, True]
    assert "PatientName (1)" in made.manifest.notes[-1]
    assert b"Quillfeather" not in b"".join(store.everything().values())


def test_a_cost_under_an_unknown_element_is_not_taken_for_a_resource_line(store: Store) -> None:
    body = record(STAY, COSTS).replace(
        "</Activity>", "<Was><Resource><TotCst>9.99</TotCst></Resource></Was></Activity>"
    )
    made = store.take(frame(header("APC", "2026-10", 1, "107.25"), body))
    assert made.manifest.resources == 3


@pytest.mark.parametrize("feed", list(FIELDS))
@pytest.mark.parametrize("pretty", [True, False])
def test_every_feed_is_read_as_lxml_reads_it(store: Store, feed: str, pretty: bool, monkeypatch) -> None:
    from lxml import etree

    monkeypatch.setattr(source, "BLOCK", 7_001)  # so that records lie across blocks
    path = store.folder / file_name(feed)
    lines = write_feed(path, feed, 60, pretty=pretty)
    made = store.read(path)
    tree = etree.parse(path)
    costs = [Decimal(e.text) for e in tree.iterfind(".//{*}Resource/{*}TotCst")]
    assert made.manifest.resources == len(costs) == lines and made.manifest.records == 60
    if feed == "REC":
        assert table(made, "records")["TotCst"].tolist() == [
            int(Decimal(e.text) * 100) for e in tree.iterfind(".//{*}TotCst")
        ]
        return
    found = table(made, "resources")
    assert found["pence"].tolist() == [int(cost * 100) for cost in costs] and min(found["pence"]) < 0
    assert found["ResCstID"].tolist() == [e.text for e in tree.iterfind(".//{*}ResCstID")]
    records = table(made, "records")
    for name in ("OrgId", "PLEMI", "ATTENDID", "AEATTENDNO", "PathId", "UnCur"):
        if name in records:
            wanted = [(a.findtext(f"{{*}}{name}") or None) for a in tree.iterfind(".//{*}Activity")]
            assert [None if pd.isna(v) else v for v in records[name]] == wanted


def test_comments_cdata_instructions_references_and_prefixes_change_nothing(store: Store) -> None:
    text = document("APC", [({**STAY, "HSpellNo": "A&B > C"}, COSTS)])
    plain = store.take(text, file_name("APC", part=1))
    marked = text.replace("<Activity>", "<!-- <Activity> --><?x <Resource> ?><Activity note='a > b'>")
    marked = marked.replace("A&amp;B &gt; C", "<![CDATA[A&B > ]]>&#67;").replace("ACT-0001", "&#x41;CT-0001")
    other = store.take(marked, file_name("APC", part=2))
    prefixed = text.replace("xmlns=", "xmlns:h=").replace("</", "</h:").replace("<", "<h:")
    prefixed = prefixed.replace("<h:/h:", "</h:").replace("<h:?", "<?")
    third = store.take(prefixed, file_name("APC", part=3))
    for name in ("records", "resources", "cost_activities"):
        pd.testing.assert_frame_equal(table(plain, name), table(other, name))
        pd.testing.assert_frame_equal(table(plain, name), table(third, name))
    assert table(other, "records")["HSpellNo"].tolist() == ["A&B > C"]


@pytest.mark.parametrize("encoding", ["utf-16", "iso-8859-1", "windows-1252"])
def test_other_encodings_are_read(store: Store, encoding: str) -> None:
    text = document("APC", [({**STAY, "PatOrgId": "Zoë"}, COSTS)])
    made = store.take(text.replace("UTF-8", encoding).encode(encoding))
    assert table(made, "records")["PatOrgId"].tolist() == ["Zoë"]


@pytest.mark.parametrize("year", ["1920", "2021", "2728"])
def test_the_namespace_of_any_year_is_read(store: Store, year: str) -> None:
    assert store.take(document("APC", TWO).replace("2627", year)).manifest.resources == 4


def test_a_value_with_the_sign_that_ends_a_tag_changes_nothing(store: Store) -> None:
    plain = store.take(document("APC", TWO), file_name("APC", part=1))
    for part, value in ((2, "'a > b'"), (3, '"it\'s > b"'), (4, "'\"' b='>'")):
        other = store.take(
            document("APC", TWO).replace("<PLEMI>", f"<PLEMI a={value}>"), file_name("APC", part=part)
        )
        pd.testing.assert_frame_equal(table(plain, "records"), table(other, "records"))


@pytest.mark.parametrize("space", [" ", "\t", "\n   ", "\r\n"])
def test_space_around_a_value_is_no_part_of_it_and_space_alone_is_nothing(store: Store, space: str) -> None:
    plain = store.take(document("APC", TWO), file_name("APC", part=1))
    text = document("APC", TWO).replace('<PathId xsi:nil="true"/>', f"<PathId>{space}</PathId>")
    for name in ("PLEMI", "NHSNo", "ActCstID", "ActCnt", "ResCstID", "TotCst"):
        text = text.replace(f"<{name}>", f"<{name}>{space}").replace(f"</{name}>", f"{space}</{name}>")
    padded = store.take(text, file_name("APC", part=2))
    for name in ("records", "resources", "cost_activities"):
        pd.testing.assert_frame_equal(table(padded, name), table(plain, name))


@given(st.lists(st.decimals(-(10**12) + 1, 10**12 - 1, places=2), min_size=1, max_size=40))
def test_pence_are_those_of_decimal_arithmetic(amounts: list[Decimal]) -> None:
    found = tables._plain_pence(pa.array([f"{amount:.2f}" for amount in amounts]))
    assert found is not None and found.tolist() == [int(amount * 100) for amount in amounts]


@given(st.lists(st.text("0123456789.-+ e", max_size=17), min_size=1, max_size=6))
def test_no_text_is_taken_for_plain_pence_that_is_not_an_amount(cells: list[str]) -> None:
    found = tables._plain_pence(pa.array(cells, pa.string()))
    if found is not None:
        assert all(re.fullmatch(r"-?[0-9]{1,12}[.][0-9]{2}", cell) for cell in cells)
        assert found.tolist() == [int(Decimal(cell) * 100) for cell in cells]


# Totals


def test_a_file_whose_header_does_not_agree_is_refused_and_the_difference_said(store: Store) -> None:
    said = store.refused(document("APC", TWO, TotalCosts="107.25"))
    assert "(£107.26 in the file, £107.25 in the header: £0.01)" in said
    said = store.refused(document("APC", TWO, NoOfActivityRecords="3"))
    assert "(2 in the file, 3 in the header: -1)" in said
    assert "does not say the cost" in store.refused(document("APC", TWO, TotalCosts=None))
    assert "FeedType" in store.refused(document("APC", TWO, FeedType="OP"))
    assert "wrong period" in store.refused(document("APC", TWO, PeriodStartDate="2026-09-01"))
    assert "OrgSubmittingID" in store.refused(document("APC", TWO, OrgSubmittingID="RXX"))


@pytest.mark.parametrize("cost", ["", "1e3", "12,50", "£5", "0.001", "NaN", "9" * 13])
def test_a_cost_that_is_no_amount_refuses_the_file(store: Store, cost: str) -> None:
    text = document("APC", TWO).replace("<TotCst>0.01", f"<TotCst>{cost}")
    assert "TotCst is not an amount in pounds and pence (in 1 of 4)" in store.refused(text)


def test_a_field_that_stands_twice_refuses_the_file(store: Store) -> None:
    text = document("APC", TWO).replace("<ActCnt>1</ActCnt>", "<ActCnt>1</ActCnt><ActCnt>2</ActCnt>")
    assert "ActCnt stands twice" in store.refused(text)


# What is not XML, and attacks


def test_what_is_not_a_plics_file_is_refused(store: Store) -> None:
    good = document("APC", TWO)
    assert "empty" in store.refused(b" ")
    for text in (
        good[:-40],
        good.replace("</ActCnt>", "</ActCount>", 1),
        good + "<x/>",
        good.replace("<ActCnt>", "<ActCnt", 1),
    ):
        assert "not well-formed XML (line 1: " in store.refused(text)
    assert "root element is not HCDSExtract" in store.refused("<a><b/></a>")
    assert "no MessageHeader" in store.refused("<HCDSExtract><MessageBody/></HCDSExtract>")
    assert "no MessageBody" in store.refused("<HCDSExtract><MessageHeader/></HCDSExtract>")
    twice = good.replace("</MessageBody>", "</MessageBody><MessageBody></MessageBody>")
    assert "more after the end of MessageBody" in store.refused(twice)
    assert "Activity is not the only element" in store.refused(
        good.replace("<MessageBody>", "<MessageBody><Foo/>")
    )
    assert "well-formed" in store.refused(good.encode("utf-8").replace(b"ACT-0001", b"ACT-\xff\xfe01"))


LAUGHS = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>'
OUTSIDE = '<!DOCTYPE x SYSTEM "file:///etc/passwd">'
FETCHED = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize("doctype", [LAUGHS, OUTSIDE, FETCHED, "<!DOCTYPE x>"])
@pytest.mark.parametrize("before", ["", "<!-- so that the file is read plainly -->"])
def test_document_types_and_entities_are_refused(store: Store, doctype: str, before: str) -> None:
    text = document("APC", TWO).replace("<HCDSExtract", before + doctype + "<HCDSExtract")
    assert "declares a document type (document types and entities are never read)" in store.refused(text)


@pytest.mark.parametrize("before", ["", "<!-- plainly -->"])
def test_deep_nesting_is_refused(store: Store, before: str) -> None:
    deep = "<a>" * 3_000 + "</a>" * 3_000
    text = document("APC", TWO).replace("<PLEMI>", before + deep + "<PLEMI>", 1)
    assert "elements lie too deep" in store.refused(text)


def test_enormous_values_tags_and_records_are_refused_in_little_memory(store: Store, monkeypatch) -> None:
    monkeypatch.setattr(markup, "MAX_RECORD", 200_000)
    monkeypatch.setattr(source, "BLOCK", 50_000)
    good = document("APC", TWO)
    for large in (
        good.replace("ACT-0001", "A" * 900_000),
        good.replace("<PLEMI>", f'<PLEMI a="{"a" * 900_000}">', 1),
        good.replace("<PLEMI>", "<x>1</x>" * 100_000 + "<PLEMI>", 1),
        good.replace("<MessageHeader>", "<MessageHeader>" + " " * 900_000),
        good.replace("<PLEMI>", f"<!--{'a' * 900_000}--><PLEMI>", 1),
    ):
        assert "too large (more than" in store.refused(large)
    assert "a value is too long" in store.refused(good.replace("ACT-0001", "A" * 20_000))
    many = "".join(f"<x{i}/>" for i in range(3_000))
    assert "different tags" in store.refused(good.replace("<PLEMI>", many + "<PLEMI>", 1))


# Archives


def test_zipped_files_are_read_and_bombs_refused(store: Store, monkeypatch) -> None:
    text = document("APC", TWO).encode("utf-8")
    name = file_name("APC", ending=".zip")
    with zipfile.ZipFile(store.folder / name, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("inside.xml", text)
    assert store.read(store.folder / name).manifest.pence == 10726
    assert store.take(gzip.compress(text), file_name("APC", ending=".xml.gz")).manifest.pence == 10726
    assert "cannot be unpacked" in store.refused(
        gzip.compress(text)[:-20], file_name("APC", part=2, ending=".xml.gz")
    )
    assert "cannot be unpacked" in store.refused(b"PK\x03\x04 no", file_name("APC", part=3, ending=".zip"))
    monkeypatch.setattr(source, "FREE", 1_000_000)
    bomb = gzip.compress(text.replace(b"<MessageBody>", b"<MessageBody>" + b" " * 3_000_000))
    assert "unpacks to too much" in store.refused(bomb, file_name("APC", part=4, ending=".xml.gz"))


def test_an_archive_of_several_files_is_refused(store: Store) -> None:
    path = store.folder / file_name("APC", ending=".zip")
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.xml", "x")
        archive.writestr("b.xml", "x")
    with pytest.raises(ExtractError, match="not one XML file"):
        store.read(path)


# Names, parts, and what was sent again


def test_the_name_says_feed_month_and_part(tmp_path: Path) -> None:
    file = by_name(tmp_path / "APC_FY2021-22_M01_RRK_20220809T0913_01.xml")
    assert not isinstance(file, Problem)
    assert (file.feed, str(file.month), file.organisation, file.part) == ("APC", "2021-04", "RRK", 1)
    assert str(by_name(tmp_path / "op_FY2021-22_M12_RRK_20220809T0913_02.xml").month) == "2022-03"
    for wrong in (
        "APC_2021.xml",
        "XYZ_FY2021-22_M01_RRK_20220809T0913_01.xml",
        "APC_FY2021-23_M01_RRK_20220809T0913_01.xml",
    ):
        assert isinstance(by_name(tmp_path / wrong), Problem)


def test_the_submission_made_last_replaces_the_ones_before_it() -> None:
    names = [
        file_name("APC", created="20261101T0900"), file_name("APC", part=2, created="20261101T0900"),
        file_name("APC", created="20261109T0900"), file_name("OP", part=1), file_name("OP", part=2),
    ]  # fmt: skip
    chosen, notes, problems = newest([by_name(Path(name)) for name in names])
    assert [file.name for file in chosen] == names[2:] and not problems
    assert notes == [f"APC of October 2026 was sent again: {names[0]}, {names[1]} is replaced."]
    _, _, problems = newest([by_name(Path(file_name("OP", part=p))) for p in (1, 3)])
    assert "part 02 is missing" in str(problems[0])


# The store


def test_a_file_that_has_not_changed_is_not_read_again(store: Store, monkeypatch) -> None:
    first = store.take(document("APC", TWO))
    monkeypatch.setattr(importer, "_into", lambda *_: pytest.fail("it was read again"))
    monkeypatch.setattr(importer, "sha256_of", lambda *_: pytest.fail("it was hashed again"))
    assert store.read(store.folder / file_name("APC")) == first


def test_a_file_of_the_same_content_is_found_by_its_hash(store: Store, monkeypatch) -> None:
    first = store.take(document("APC", TWO))
    monkeypatch.setattr(importer, "_into", lambda *_: pytest.fail("it was read again"))
    os.utime(store.folder / file_name("APC"), (1, 1))
    assert store.read(store.folder / file_name("APC")).folder == first.folder


def test_another_content_key_or_look_up_is_read_anew(store: Store) -> None:
    first = store.take(document("APC", TWO))
    second = store.take(document("APC", TWO[:1]))
    assert second.folder != first.folder and second.manifest.records == 1
    file = by_name(store.folder / file_name("APC"))
    for settings in (
        importer.Settings("q" * 32, SETTINGS.deciles),
        importer.Settings(SETTINGS.key, pd.Series({"ZZ1 1": 4}, dtype="Int64")),
    ):
        assert importer.import_file(file, store.store, settings).folder not in (first.folder, second.folder)


def test_the_manifest_names_the_source_by_its_hash_and_says_rows_and_pence(store: Store) -> None:
    import hashlib

    made = store.take(document("APC", TWO))
    said = json.loads((made.folder / "manifest.json").read_text())
    assert said["sha256"] == hashlib.sha256((store.folder / file_name("APC")).read_bytes()).hexdigest()
    assert (said["records"], said["cost_activities"], said["resources"], said["pence"]) == (2, 3, 4, 10726)


_CHILD = """
import sys
sys.path[:0] = [{root!r}, {root!r} + "/tests"]
from pathlib import Path
from tests.extracts.test_plics_import import SETTINGS
from valuekit.extracts.plics import importer
from valuekit.extracts.plics.feeds import by_name
print("ready", flush=True)
importer.import_file(by_name(Path({path!r})), Path({store!r}), SETTINGS)
"""


@pytest.mark.skipif(os.name == "nt", reason="SIGKILL")
def test_an_import_that_is_killed_leaves_the_store_as_it_was(store: Store, monkeypatch) -> None:
    root = str(Path(__file__).resolve().parents[2])
    before_path = store.put(document("APC", TWO), file_name("APC", created="20261101T0900"))
    store.read(before_path)
    path = store.folder / file_name("APC")
    write_feed(path, "APC", 4_000)
    finished = lambda: {k: v for k, v in store.everything().items() if not k.startswith(importer.UNFINISHED)}  # noqa: E731
    before = finished()
    draw = random.Random(3)
    killed = 0
    for _ in range(4):
        code = _CHILD.format(root=root, path=str(path), store=str(store.store))
        with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as child:
            assert child.stdout.readline() == b"ready\n"
            time.sleep(draw.uniform(0.0, 0.4))
            child.send_signal(signal.SIGKILL)
            killed += child.wait() == -signal.SIGKILL
        if finished() != before:
            break  # it was quicker than the signal; then the import must be whole, which is asserted below
    assert killed
    monkeypatch.setattr(importer, "LEFT_BEHIND", -1)
    made = store.read(path)
    assert made.manifest.records == 4_000 and before.items() <= finished().items()
    assert not list(store.store.glob(f"{importer.UNFINISHED}*")), "what was left behind is still there"


def test_a_person_has_one_pseudonym_wherever_the_number_comes_from(store: Store) -> None:
    from valuekit.extracts.pseudonymise import pseudonyms

    number = nhs_number(5)
    made = store.take(document("APC", [({**STAY, "NHSNo": number}, COSTS)]))
    assert table(made, "records")["patient"].tolist() == [pseudonyms([number], SETTINGS.key)[number]]
