"""What the public tables hide, no page, chart, search index, feed or JSON of the published site says.

The tables themselves are attacked in test_attacker.py. Here every passage of the site is read, and held to
the figures that the team sees and the public does not: ``tests/spoken.py`` says what a passage is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pandas as pd
import pytest
from checkout import Checkout
from lxml import html
from spoken import Hidden, Passage, counts, leaks, means, passages, pounds, shares, telling

from valuekit.measures.protection.attack.figures import window
from valuekit.measures.protection.declared import DECLARED

SAYS_SO = (".html", ".svg", ".xml", ".json", ".pf_fragment")
Ways = tuple[str, ...]
Tables = dict[str, pd.DataFrame]


def share_of_1(value: float) -> set[str]:
    return shares(100 * value)


GROUPS = {"patient": ("patients",), "carer": ("carers",), "clinician": ("clinicians",)}
FIFTHS = {
    1: ("fifth 1", "1 most deprived", "most deprived fifth"),
    5: ("fifth 5", "5 least deprived", "least deprived fifth"),
}
METHODS = {"discussion_group": ("discussion group",), "survey": ("survey",)}


def fifth(row) -> Ways:
    return FIFTHS.get(row.fifth, (f"fifth {row.fifth}", f"| {row.fifth} |"))


def words(*columns: str) -> Callable[..., list[Ways]]:
    """Names of a row that stand in these columns."""
    return lambda row: [(str(getattr(row, column)),) for column in columns]


SPOKEN: dict[str, tuple[Callable[..., list[Ways]], dict[str, Callable[[float], set[str]]]]] = {
    "series": (words("measure_name", "period"), {"n": counts, "numerator": counts}),
    "headline": (words("measure_name", "before_words"), {"before_n": counts}),
    "inequality": (lambda row: [(row.measure_name,), fifth(row)], {"n": counts}),
    "importance": (
        lambda row: [(row.name,), GROUPS[row.group]],
        {"mean": means, "lower": means, "upper": means, "n": counts},
    ),
    "asked": (lambda row: [GROUPS[row.group], METHODS[row.method]], {"people": counts}),
    "stage_cost": (words("stage_name", "resource_name"), {"per_pathway": pounds, "amount": pounds}),
    "cost_spread": (lambda row: [(f"£{row.from_gbp:,.0f} to",)], {"pathways": counts}),
    "flow_stage": (words("stage_name"), {"share": share_of_1, "pathways": counts}),
    "flow_step": (
        lambda row: [(f"{row.from_name} to {row.to_name}",)], {"share": share_of_1, "pathways": counts},
    ),
    "segment": (words("name"), {"n": counts, "mean": pounds, "amount": pounds}),
    "important_change": (
        lambda row: [(row.measure_name,), ("worse",)], {"worse": counts, "worse_share": shares},
    ),
    "quality_file": (words("file"), {"rows": counts, "accepted": counts, "quarantined": counts,
                                     "quarantined_amount": pounds, "amount": pounds}),
    "quality_rule": (words("column", "rule"), {"rows": counts}),
    "reconciliation": (words("name"), {"amount": pounds}),
}  # fmt: skip
"""By table: the words that name a row on pages, and how its figures are written there. The value of a measure
is written by its statistic.
"""

NOT_IN_WORDS = {
    "cost_kind": "put together from the cells of stage_cost that are shown",
    "option": "the same people as inequality",
    "increment": "the same people as inequality",
    "case_mix_model": "how many are not known is on no page",
    "value": "the same people as headline",
}
BESIDE = {"flow_step": ("flow_stage",)}
"""Tables whose figures stand in the same sentences."""

VALUES = {"series": "value", "headline": "before_value", "inequality": "value"}


def read(published: Checkout, audience: str) -> Tables:
    folder = published.root / "_build" / "mart" / audience
    tables = {file.stem: pd.read_parquet(file) for file in folder.glob("*.parquet")}
    names = tables["measure"].set_index(["service", "measure"])["name"]
    for frame in tables.values():
        if "measure" in frame and "service" in frame:
            places = zip(frame["service"], frame["measure"], strict=True)
            frame["measure_name"] = [names.get(place, "") for place in places]
    return tables


def at_the_public_interval(public: pd.DataFrame, team: pd.DataFrame, is_share) -> pd.DataFrame:
    """The team's series of shares at the public's intervals: their months added up."""
    rows = []
    for row in public[~public["shown"] & (public["reason"] == "suppressed")].to_dict("records"):
        own = team[(team["service"] == row["service"]) & (team["measure"] == row["measure"])]
        first, last = window(row["period"])
        months = [window(p) for p in own["period"]]
        inside = [first <= one[0] and one[1] <= last for one in months]
        covered = sum(b - a + 1 for (a, b), within in zip(months, inside, strict=True) if within)
        n, events = own.loc[inside, "n"].sum(), own.loc[inside, "numerator"].sum()
        if is_share[row["service"], row["measure"]] and n and covered == last - first + 1:
            rows.append({**row, "n": n, "numerator": events, "value": 100 * events / n})
    return pd.DataFrame(rows, columns=public.columns)


def hidden_figures(public: Tables, team: Tables) -> Iterator[Hidden]:
    """Every figure of the tables in SPOKEN that the team sees and the public does not."""
    is_share = team["measure"].set_index(["service", "measure"])["statistic"].eq("share").to_dict()
    service = team["service"].set_index("service")["name"].to_dict()
    true = team | {"series": at_the_public_interval(public["series"], team["series"], is_share)}
    for table, (names, columns) in SPOKEN.items():
        keys = list(DECLARED[table].keys)
        seen = {tuple(row[k] for k in keys): row for row in public[table].to_dict("records")}
        for row in true[table].itertuples():
            shown = seen.get(tuple(getattr(row, k) for k in keys), {})
            of = (
                {VALUES[table]: shares if is_share[row.service, row.measure] else means}
                if table in VALUES
                else {}
            )
            where = (service[row.service], row.service) if "service" in keys else ()
            ways = tuple(w for w in (*names(row), where) if any(w))
            for column, form in (columns | of).items():
                value = getattr(row, column)
                if not pd.isna(value) and value and pd.isna(shown.get(column)):
                    forms = form(value) - rightly(public, table, row, columns | of)
                    if forms:
                        yield Hidden(table, column, ways, frozenset(forms))


def rightly(public: Tables, table: str, row, columns: dict[str, Callable[[float], set[str]]]) -> set[str]:
    """How the figures are written that stand beside the hidden one: they tell nothing of it."""
    found = set()
    for name in (table, *BESIDE.get(table, ())):
        shown = public[name]
        for key in ("service", "measure") if table in VALUES else ("service",):
            shown = shown[shown[key] == getattr(row, key)] if key in shown else shown
        told = ((column, x) for column in columns if column in shown for x in shown[column].dropna())
        found |= {text for column, x in told for text in columns[column](x)}
    return found


@pytest.fixture(scope="module")
def hidden(published: Checkout) -> list[Hidden]:
    return list(hidden_figures(read(published, "public"), read(published, "clinical")))


@pytest.fixture(scope="module")
def said(published: Checkout) -> list[Passage]:
    files = published.tree("_site")
    return [p for file, content in files.items() if file.endswith(SAYS_SO) for p in passages(file, content)]


def test_every_table_in_which_something_is_hidden_is_looked_for_in_words(published: Checkout) -> None:
    record = read(published, "clinical")["suppression"]
    assert set(record["table"]) - set(SPOKEN) <= set(NOT_IN_WORDS)


@pytest.mark.counted
def test_no_passage_of_the_site_tells_a_hidden_figure(hidden, said, counted) -> None:
    assert len(hidden) > 60 and len(said) > 10_000
    found = leaks(said, hidden)
    counted.all_but(
        "hidden_figures_in_words",
        found,
        group="figures",
        what="Hidden figures looked for in every sentence, table cell, chart, feed and search text",
        tried=len(hidden),
        means="no passage about its row told it",
    )
    assert found == []


def test_a_chart_draws_a_point_for_each_interval_that_is_shown_and_no_other(published: Checkout) -> None:
    public = read(published, "public")
    suppressed = public["series"].query("reason == 'suppressed'")
    assert len(suppressed) > 1
    for service, measure in set(zip(suppressed["service"], suppressed["measure"], strict=True)):
        own = public["series"].query("service == @service and measure == @measure")
        page = html.parse(
            str(published.root / "_site" / "reports" / "services" / f"{service}.html")
        ).getroot()
        chart = page.get_element_by_id(f"fig-{service}-{measure}", None)
        if chart is None:
            continue
        alt = chart.find(".//title").text
        how_many = own["shown"].sum()
        assert f", {'one' if how_many == 1 else how_many} point" in alt
        assert not [
            p for p in suppressed["period"] if p in alt and p not in set(own.loc[own["shown"], "period"])
        ]
        # A point is a closed curve of its own: it has no line to another.
        points = [path for path in chart.iter("path") if (path.get("d") or "").rstrip().endswith("z")]
        assert len(points) == how_many


# ---------------------------------------------------------------- the search can fail

RELAPSE = Hidden(
    "inequality",
    "value",
    (("Back in hospital",), ("fifth 4", "| 4 |"), ("endocarditis",)),
    frozenset({"2.6%", "3%"}),
)
PAGE = "<h2>Endocarditis</h2>"
TABLE = "<table><tr><th>Measure</th><th>3</th><th>4</th></tr><tr><th>Back in hospital</th>{}</tr></table>"


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("a.html", PAGE + "<p>Back in hospital in fifth 4: 2.6%.</p>"),
        ("a.html", PAGE + TABLE.format("<td>not shown</td><td>2.6% (0.5 to 13.5); 40</td>")),
        ("a.html", PAGE + '<img alt="Back in hospital: fifth 3 not shown and fifth 4 3 per cent.">'),
        ("a.html", PAGE + "<svg><title>Back in hospital: fifth 4 2.6%</title></svg>"),
        ("endocarditis.json", '{"items": [{"title": "Back in hospital", "says": "fifth 4: 3%"}]}'),
        (
            "feed.xml",
            "<feed><entry><title>Endocarditis</title><p>Back in hospital, fifth 4: 2.6%</p></entry></feed>",
        ),
    ],
)
def test_a_figure_that_is_planted_is_found(file: str, content: str) -> None:
    assert leaks(passages(file, content.encode()), [RELAPSE])
    without = (
        content.replace("2.6%", "not shown").replace("3 per cent", "not shown").replace("3%", "not shown")
    )
    assert leaks(passages(file, without.encode()), [RELAPSE]) == []


def test_a_figure_of_the_next_column_or_another_service_is_none_of_the_hidden() -> None:
    beside = PAGE + TABLE.format("<td>2.6%</td><td>not shown</td>")
    other = "<h2>Stroke</h2><p>Back in hospital in fifth 4: 2.6%.</p>"
    assert not leaks(passages("a.html", beside.encode()), [RELAPSE])
    assert not leaks(passages("a.html", other.encode()), [RELAPSE])


def test_a_figure_planted_in_the_published_site_is_found(published: Checkout, hidden) -> None:
    page = "_site/reports/services/endocarditis.html"
    content = (published.root / page).read_bytes()
    one = next(h for h in hidden if h.table == "inequality" and "endocarditis" in h.names[-1])
    sentence = f"{one.names[0][0]}, {one.names[1][0]}: {sorted(one.forms)[0]}"
    spoilt = content.replace(b"</main>", f"<p>{sentence}</p></main>".encode(), 1)
    assert spoilt != content
    assert [p.text for p in passages(page, spoilt) if telling(p, one)] == [sentence]
