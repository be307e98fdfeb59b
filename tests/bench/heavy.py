"""Large files and what reads them: the cases ``xml``, ``csv`` and ``joins`` of ``bench.py``.

``python tests/bench/heavy.py CASE PATH`` runs one case once, in this process, and prints its figures as JSON.
"""

from __future__ import annotations

import json
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

LINES_OF_AN_ACTIVITY = 30
ACTIVITIES_OF_A_PERSON = 10
RECORDS_OF_A_MEGABYTE = 242


# What is made


def make_xml(folder: Path, megabytes: int) -> Path:
    """An APC file of about so many megabytes, as exporters write it: one element a line."""
    from tests.plics_files import file_name, write_feed

    path = folder / f"xml-{megabytes}" / file_name("APC")
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_name("unfinished")
        write_feed(unfinished, "APC", megabytes * RECORDS_OF_A_MEGABYTE)
        unfinished.replace(path)
    return path


def make_drop(folder: Path, lines: int) -> Path:
    """A checkout whose drop has so many cost lines, as Parquet, and the activity and people to match."""
    import duckdb

    from tests.minimal_drop import minimal_project
    from tests.plics_files import nhs_number

    root = folder / f"drop-{lines}"
    if (root / "made").exists():
        return root
    shutil.rmtree(root, ignore_errors=True)
    project = minimal_project(root, cost_lines=None, activity=None, patients=None)
    for old in project.extracts.glob("*_2026-09.csv"):
        old.unlink()
    people = max(1, lines // LINES_OF_AN_ACTIVITY // ACTIVITIES_OF_A_PERSON)
    with (project.extracts / "patients_2026-10.csv").open("w", encoding="utf-8") as file:
        file.write(
            "nhs_number,family_name,given_name,date_of_birth,sex,postcode,ethnic_category,date_of_death\n"
        )
        file.write(
            "".join(
                f"{nhs_number(i)},,,1950-01-{i % 28 + 1:02d},1,ZZ1 1AB,W,\n" for i in range(400_000)[:people]
            )
        )
    (project.extracts / "outcomes_2026-09_to_2026-10.csv").write_text(
        "outcome_id,nhs_number,service,instrument,time_point,recorded_date,completed_date,value,items\n"
    )
    with duckdb.connect(config={"memory_limit": "2GB", "temp_directory": str(root / "tmp")}) as database:
        database.execute(f"CREATE TABLE person AS SELECT row_number() OVER () - 1 AS place, nhs_number FROM "
                         f"read_csv('{project.extracts}/patients_2026-10.csv', all_varchar=1)")  # fmt: skip
        activities = lines // LINES_OF_AN_ACTIVITY
        ((people,),) = database.sql("SELECT count(*) FROM person").fetchall()
        database.execute(_ACTIVITY.format(count=activities, people=people, folder=project.extracts))
        database.execute(_COST_LINES.format(count=lines, folder=project.extracts, each=LINES_OF_AN_ACTIVITY))
    (root / "made").touch()
    return root


_ACTIVITY = """
COPY (
    SELECT
        'ACT-' || lpad(CAST(i AS VARCHAR), 9, '0') AS activity_id, person.nhs_number,
        'RZZ' AS organisation_code,
        CASE i % 10 WHEN 0 THEN 'admitted' WHEN 1 THEN 'emergency' ELSE 'outpatient' END AS activity_type,
        CASE WHEN i % 10 = 0 THEN 'SP-' || i + 1000 END AS spell_id,
        TIMESTAMP '2026-10-01' + to_hours(CAST(i % 700 AS INTEGER)) AS start_date,
        TIMESTAMP '2026-10-01' + to_hours(CAST(i % 700 + 5 AS INTEGER)) AS end_date,
        CASE WHEN i % 200 = 0 THEN 'I639' END AS primary_diagnosis,
        CAST(NULL AS VARCHAR) AS primary_procedure,
        '328' AS treatment_function, CAST(NULL AS VARCHAR) AS hrg, 'STROKE' AS department,
        CASE WHEN i % 10 = 0 THEN '19' END AS discharge_destination
    FROM range({count}) AS t(i) JOIN person ON person.place = t.i % {people} ORDER BY t.i
) TO '{folder}/activity_2026-10.parquet' (FORMAT parquet)
"""

_COST_LINES = """
COPY (
    SELECT
        'CL-' || lpad(CAST(i AS VARCHAR), 9, '0') AS cost_line_id,
        'ACT-' || lpad(CAST(i // {each} AS VARCHAR), 9, '0') AS activity_id, '2026-10' AS month,
        ['MED', 'NUR', 'AHP', 'DRG', 'CSM', 'IMG', 'PTH', 'WRD', 'OVH'][1 + CAST(i % 9 AS INTEGER)]
            AS resource,
        ['EMERG', 'STROKE', 'GENMED', 'IMAGING', 'OUTPT'][1 + CAST(hash(i // 3) % 5 AS INTEGER)]
            AS department,
        CAST((CAST(hash(i) % 500000 AS BIGINT) - 9000) * 0.01 AS DECIMAL(12, 2)) AS amount
    FROM range({count}) AS t(i)
) TO '{folder}/cost_lines_2026-10.parquet' (FORMAT parquet, COMPRESSION zstd)
"""


# What is measured; each runs in a process of its own and gives the amounts that rates are made of


def import_xml(path: Path) -> dict[str, float]:
    """A PLICS file into an empty import store."""
    import pandas as pd

    from valuekit.extracts.plics.feeds import by_name
    from valuekit.extracts.plics.importer import Settings, import_file

    settings = Settings("k" * 32, pd.Series({"ZZ1 1": 3}, dtype="Int64"))
    with tempfile.TemporaryDirectory(dir=path.parent) as store:
        began, spent = time.perf_counter(), time.process_time()
        made = import_file(by_name(path), Path(store), settings)
        first = time.perf_counter() - began
        spent = time.process_time() - spent
        began = time.perf_counter()
        import_file(by_name(path), Path(store), settings)
        again = time.perf_counter() - began
    return {"seconds": first, "processor": spent, "MB": path.stat().st_size / 1e6,
            "lines": made.manifest.resources, "again_seconds": again}  # fmt: skip


def read_csv(root: Path) -> dict[str, float]:
    """The same cost lines as CSV, read and held to their schema."""
    import pyarrow.csv
    import pyarrow.parquet

    from valuekit.extracts import bulk, load_schemas
    from valuekit.extracts.drop import DropFile
    from valuekit.project import Month, Project

    path = root / "cost_lines_2026-10.csv"
    if not path.exists():
        lines = pyarrow.parquet.ParquetFile(root / "data/extracts/cost_lines_2026-10.parquet")
        with lines, pyarrow.csv.CSVWriter(path, lines.schema_arrow) as file:
            for batch in lines.iter_batches():
                file.write_batch(batch)
    schema, month = load_schemas(Project(root), ["stroke"])["cost_lines"], Month(2026, 10)
    began, spent = time.perf_counter(), time.process_time()
    files = [DropFile(path, "cost_lines", month, month)]
    with tempfile.TemporaryDirectory(dir=root) as scratch:
        one = bulk.bulk_of(schema, files, month, _nobody(), Path(scratch))
        assert one is not None, "a million rows at least"
        text, _ = one.gathered()
        found = {"seconds": time.perf_counter() - began, "processor": time.process_time() - spent}
        one.close()
    return {**found, "MB": path.stat().st_size / 1e6, "lines": text.files[0].rows}


def _nobody() -> dict:
    """Identifiers of a drop that names nobody."""
    import pyarrow as pa

    return {kind: pa.array([], pa.string()) for kind in ("nhs_number", "postcode", "date_of_birth")}


def cost_lines(root: Path) -> dict[str, float]:
    """Cost lines as Parquet: held to their schema, stored, linked to activity and added up."""
    import pyarrow as pa
    import pyarrow.parquet

    from valuekit.build import _definitions
    from valuekit.extracts import bulk, load_schemas, take_in
    from valuekit.extracts.drop import DropFile
    from valuekit.measures.pathways import link
    from valuekit.project import Month, Project

    month, path = Month(2026, 10), root / "data/extracts/cost_lines_2026-10.parquet"
    services = _definitions(Project(ROOT)).services
    names = [service.service for service in services]
    whole = time.perf_counter()
    with tempfile.TemporaryDirectory(dir=root) as build:
        intake = take_in(Project(root), None, names, Path(build))
        whole = time.perf_counter() - whole
        began, spent = time.perf_counter(), time.process_time()
        schema = load_schemas(Project(root), names)["cost_lines"]
        part = bulk.Part(DropFile(path, "cost_lines", month, month), path)
        one = bulk.Bulk(schema, [part], month, _nobody())
        text, _ = one.gathered()
        columns = {
            name: pa.array([], pa.string()) for name in ("activity_id", "month", "resource", "department")
        }
        more = pa.table(
            {"cost_line_id": pa.array([], pa.string()), **columns, "pence": pa.array([], pa.int64())}
        )
        one.write(Path(build) / "again.parquet", more.to_pandas())
        one.close()
        validated = time.perf_counter() - began
        link(intake, services)
        seconds, spent = time.perf_counter() - began, time.process_time() - spent
    return {"seconds": seconds, "processor": spent, "MB": path.stat().st_size / 1e6,
            "lines": text.files[0].rows, "validate_seconds": validated, "link_seconds": seconds - validated,
            "take_in_seconds": whole}  # fmt: skip


CASES: dict[str, Callable[[Path], dict[str, float]]] = {
    "import_xml": import_xml, "read_csv": read_csv, "cost_lines": cost_lines,
}  # fmt: skip


def in_a_process(case: str, path: Path) -> dict[str, float]:
    """What one run of a case measured, with the peak resident memory of its process."""
    words = [sys.executable, __file__, case, str(path)]
    done = subprocess.run(words, capture_output=True, check=False, text=True)
    if done.returncode:
        raise RuntimeError(f"{case} of {path.name} ended with {done.returncode}:\n{done.stderr[-4000:]}")
    return json.loads(done.stdout)


if __name__ == "__main__":
    figures = CASES[sys.argv[1]](Path(sys.argv[2]))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({**figures, "peak_MiB": peak}))
