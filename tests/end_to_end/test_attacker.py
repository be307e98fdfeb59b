"""An attacker adds up everything that two releases say in public, and no hidden figure comes out.

Read from the downloads, as anybody could: months, 12 months, 24 months, fifths, segments, bands of cost,
stages, service against department, September against October. ``measures/protection/attack`` and
``tests/attacker`` say how. The last tests show that the same attacker wins where protection is taken away, so
that the others can fail.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest
from attacker import money
from checkout import ROOT, copy_project

from valuekit import build as building
from valuekit.measures.protection import disclosure
from valuekit.measures.protection.attack.counts import Counting, Rounding, Target, cannot_shrink
from valuekit.measures.protection.attack.figures import Figure, figures
from valuekit.measures.protection.declared import DECLARED
from valuekit.measures.protection.suppression import Rules, is_dominated
from valuekit.project import Month, Project

pytestmark = [pytest.mark.slow]

MONTHS = ("2026-09", "2026-10")
OUTCOME = {
    "stroke": "independent_6_months",
    "hepatitis_c": "cured",
    "endocarditis": "alive_12_months",
}
"""Whom each service's value is about."""

Tables = Mapping[str, pd.DataFrame]


@dataclass(frozen=True)
class Release:
    """One release as it was before protection, as anybody can download it, and what it was made with."""

    true: Tables
    public: Tables
    rules: Rules
    held: Mapping[str, pd.DataFrame]
    hidden: pd.DataFrame

    def again(self, rules: Rules) -> Release:
        """The same release under other rules."""
        done = disclosure.protected(self.true, rules, self.held, OUTCOME)
        return Release(self.true, downloaded(done.frames), rules, self.held, done.hidden)


def downloaded(frames: Tables) -> Tables:
    """The public tables as they stand in the CSV files that anybody can download."""
    with tempfile.TemporaryDirectory() as folder:
        building.write_downloads(Path(folder), frames)
        return {name: pd.read_csv(Path(folder, f"{name}.csv")) for name in frames}


@pytest.fixture(scope="module")
def project(tmp_path_factory) -> Project:
    """A checkout with the sample's extracts."""
    checkout = copy_project(tmp_path_factory.mktemp("attacked"))
    assert checkout.run("sample").code == 0
    return Project(checkout.root)


@pytest.fixture(scope="module")
def releases(project, tmp_path_factory) -> dict[str, Release]:
    """September and October, each computed from the sample as a month's publish does."""
    definitions = building._definitions(project)
    found: dict[str, Release] = {}
    protected = disclosure.protected

    def look(frames, rules, held=None, outcome_of=None):
        done = protected(frames, rules, held, outcome_of)
        found[month] = Release(dict(frames), downloaded(done.frames), rules, dict(held), done.hidden)
        return done

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(disclosure, "protected", look)
        for month in MONTHS:
            store = tmp_path_factory.mktemp("store")
            intake = building.take_in(project, Month.parse(month), definitions.names, store)
            building._computed(intake, definitions, project)
    return found


def pictured(
    shown: dict[str, list[Figure]], true: dict[str, list[Figure]], rule: Rounding
) -> tuple[Counting, list[Target]]:
    """What all releases together tell, and the counts that they hide."""
    picture = Counting.of([f for one in shown.values() for f in one], rule)
    targets: list[Target] = []
    for month in shown:
        targets += picture.read(month, shown[month], true[month])
    if len(shown) > 1:
        cannot_shrink(picture.known, *shown)
    return picture, targets


def attack(shown: dict[str, list[Figure]], true: dict[str, list[Figure]], rule: Rounding):
    """Every hidden count with the least and most that it can be, from all releases together."""
    picture, targets = pictured(shown, true, rule)
    return [(target, *picture.known.bounds(target.parts, whole=True)) for target in targets]


def of_all(releases: dict[str, Release], which: str) -> dict[str, list[Figure]]:
    return {month: list(figures(getattr(r, which), OUTCOME)) for month, r in releases.items()}


def as_if(releases: dict[str, Release], rules: Rules) -> dict[str, Release]:
    return {month: release.again(rules) for month, release in releases.items()}


def pinned(found, rules: Rules) -> list:
    """Counts of which fewer values are left than the rule promises."""
    return [(t.where, low, high) for t, low, high in found if high - low + 1 < rules.protection.counts]


@pytest.mark.counted
def test_no_hidden_count_can_be_worked_out_from_two_releases(releases, counted) -> None:
    rules = releases["2026-10"].rules
    found = attack(of_all(releases, "public"), of_all(releases, "true"), Rounding.of(rules))
    assert len(found) > 40
    wrong = [(t.where, t.true, low, high) for t, low, high in found if not low <= t.true <= high]
    assert wrong == [], "the attacker believes something of the tables that is not so"
    lost = pinned(found, rules)
    counted.all_but(
        "hidden_counts_attacked",
        lost,
        group="figures",
        what="Hidden counts attacked with sums over all tables of two releases",
        tried=len(found),
        means="at least four values stayed possible",
    )
    assert lost == []


def attack_money(release: Release, public: Tables | None = None):
    """Every hidden sum of money with the least and most that it can be."""
    cells = ["service", "stage", "resource", "department"]
    finest = release.held["stage_cost"].drop_duplicates(cells)[cells]
    step = release.rules.round_money.per_pathway
    known, hidden = money.read(public or release.public, release.true, finest, step=step)
    return [(one, *known.bounds(one.cells, whole=False)) for one in hidden]


def too_close(found, rules: Rules) -> list:
    part = rules.protection.money
    return [
        (h.where, h.true, low, high)
        for h, low, high in found
        if not low <= h.true * (1 - part) + 0.01 or not high >= h.true * (1 + part) - 0.01
    ]


def few_hold(release: Release, found) -> list:
    """Of hidden sums, those that few people hold; the others are hidden for their sake."""
    own = release.hidden.query("reason == 'few hold the sum'")["row"].str.replace(
        r"\w+ (\S+)", r"\1", regex=True
    )
    names = set(own.str.replace(", ", " "))
    return [one for one in found if one[0].where in names]


@pytest.mark.counted
def test_no_hidden_sum_of_money_can_be_worked_out_from_the_other_table(releases, counted) -> None:
    for release in releases.values():
        found = attack_money(release)
        own = few_hold(release, found)
        assert own, "the sample has a drug that one patient had"
        assert all(low <= h.true + 0.01 and h.true <= high + 0.01 for h, low, high in found)
        lost = too_close(own, release.rules)
        counted.all_but(
            "hidden_sums_attacked",
            lost,
            group="figures",
            what="Hidden sums of money attacked from the tables by stage and by department",
            tried=len(own),
            means="the sum could still be half as much, or half as much again",
        )
        assert lost == []


def attack_groups(release: Release):
    """Every hidden sum of a fifth or a segment that few hold, with the least and most that it can be."""
    known, hidden = money.read_groups(release.public, release.true, release.rules)
    few = release.hidden.query("table in ['need', 'segment'] and kind == 'primary'")["row"]
    names = set(few.str.replace(r"\w+ (\S+)", r"\1", regex=True).str.replace(", ", " "))
    own = [one for one in hidden if one.where in names]
    return [(one, *known.bounds(one.cells, whole=False)) for one in own]


@pytest.mark.counted
def test_no_hidden_sum_of_a_fifth_or_a_segment_can_be_worked_out_from_the_service(releases, counted) -> None:
    for release in releases.values():
        found = attack_groups(release)
        assert found, "the sample has a segment of one person"
        assert all(low - 0.01 <= h.true <= high + 0.01 for h, low, high in found)
        lost = too_close(found, release.rules)
        counted.all_but(
            "hidden_groups_attacked",
            lost,
            group="figures",
            what="Hidden sums of money of fifths and segments attacked from those of their service",
            tried=len(found),
            means="the sum could still be half as much, or half as much again",
        )
        assert lost == []


def test_the_attacker_wins_where_a_group_is_hidden_without_a_partner(releases) -> None:
    # The segment of one patient, and all others shown to the pound, with exact numbers of people.
    release = releases["2026-10"]
    exact = Rules(**{**release.rules.model_dump(), "round_counts_to": 1})
    shown = dict(release.public) | {"cost_summary": release.true["cost_summary"]}
    segment = release.true["segment"]
    alone = segment["service"].eq("endocarditis") & segment["segment"].eq("little")
    shown["segment"] = segment.assign(n=segment["n"].astype(float), mean=segment["mean"].mask(alone))
    known, hidden = money.read_groups(shown, release.true, exact)
    found = [(one, *known.bounds(one.cells, whole=False)) for one in hidden if one.table == "segment"]
    assert too_close(found, exact) == [
        (one.where, one.true, low, high) for one, low, high in found if one.where == "endocarditis little"
    ]


def test_what_a_line_of_the_reconciliation_gained_in_a_month_is_held_by_many(releases) -> None:
    # Both releases tell it to the penny, so anybody can take one from the other.
    before, after = (
        releases[month].held["reconciliation"].groupby(["line", "patient"])["pence"].sum() for month in MONTHS
    )
    gained = after.sub(before, fill_value=0)
    by_line = {line: own[own != 0] for line, own in gained.groupby("line")}
    assert len(by_line) > 3
    assert [line for line, own in by_line.items() if is_dominated(own, releases[MONTHS[1]].rules)] == []


def stricter(**changes) -> Rules:
    shipped = disclosure.load_rules(Project(ROOT))
    return Rules(**{**shipped.model_dump(), **changes})


@pytest.mark.parametrize("base", [5, 10])
def test_with_stricter_settings_the_attacker_still_loses(releases, base) -> None:
    rules = stricter(smallest_count=10, round_counts_to=base, smallest_share=10, smallest_mean=10)
    strict = as_if(releases, rules)
    picture, targets = pictured(of_all(strict, "public"), of_all(strict, "true"), Rounding.of(rules))
    assert len(targets) > 40
    assert picture.known.narrow([(t.who, t.parts) for t in targets], rules.protection.counts) == []
    for release in strict.values():
        assert too_close(few_hold(release, attack_money(release)), rules) == []


STRICTER = {
    "smallest_count: 8 ": "smallest_count: 16 ",
    "smallest_mean: 8 ": "smallest_mean: 16 ",
    "smallest_share: 8 ": "smallest_share: 16 ",
    "smallest_tail: 8 ": "smallest_tail: 16 ",
    "round_counts_to: 5": "round_counts_to: 10",
    "{counts: 4,": "{counts: 8,",
}
"""Counts of 1 to 15 are hidden, others to the nearest 10, and a hidden one keeps eight values."""


def test_a_whole_build_under_stricter_settings_needs_no_code_and_gives_the_attacker_nothing(
    project, monkeypatch
) -> None:
    file = project.root / "data" / disclosure.FILE
    shipped = file.read_text(encoding="utf-8")
    said = shipped
    for old, new in STRICTER.items():
        assert said.count(old) == 1, old
        said = said.replace(old, new)
    true: dict[str, pd.DataFrame] = {}
    protected = disclosure.protected
    monkeypatch.setattr(
        disclosure, "protected", lambda frames, *more: true.update(frames) or protected(frames, *more)
    )
    try:
        file.write_text(said, encoding="utf-8")
        building.build(project)
        rules = disclosure.load_rules(project)
    finally:
        file.write_text(shipped, encoding="utf-8")
    public = {
        name: pd.read_csv(project.root / "downloads" / f"{name}.csv") for name in true if name in DECLARED
    }
    shown = list(figures(public, OUTCOME))
    told = [x for f in shown for x in (f.n, f.events, f.eligible) if x == x]
    assert rules.smallest_count == 16 and not [x for x in told if x % 10 or 0 < x < 16]
    picture, targets = pictured({"": shown}, {"": list(figures(true, OUTCOME))}, Rounding.of(rules))
    assert len(targets) > 60, "stricter rules hide more"
    assert picture.known.narrow([(t.who, t.parts) for t in targets], rules.protection.counts) == []


def test_the_attacker_wins_where_counts_are_hidden_but_not_rounded(releases) -> None:
    # The usual mistake: small counts are left out, and all others stand there exactly.
    true = of_all({"2026-10": releases["2026-10"]}, "true")
    rule = Rounding(releases["2026-10"].rules.smallest_count, 1)
    shown = {month: [hide(f, rule) for f in own] for month, own in true.items()}
    found = attack(shown, true, rule)
    assert sum(low == high == t.true for t, low, high in found) >= 3


def hide(f: Figure, rule: Rounding) -> Figure:
    """A figure of which only what is small is left out."""
    none = float("nan")
    without = f.n - f.events
    few = any(0 < x < rule.smallest for x in (f.events, without, f.n))
    kept = {"n": none if 0 < f.n < rule.smallest else f.n, "events": none if few else f.events}
    kept["eligible"] = none if 0 < f.eligible < rule.smallest else f.eligible
    return Figure(**{**f.__dict__, **kept})


def test_the_attacker_wins_where_the_partner_is_of_another_department(releases) -> None:
    # The drug of one patient, hidden with the smallest sum of the service: enough for one table by itself.
    release = releases["2026-10"]
    true = release.true["stage_cost"]
    own = true["service"].eq("hepatitis_c")
    drug = own & true["stage"].eq("hospital") & true["resource"].eq("DAA")
    partner = own & true["stage"].eq("assessment") & true["resource"].eq("CSM")
    shown = true.assign(per_pathway=true["per_pathway"].round().mask(drug | partner))
    departments = release.true["department_cost"]
    departments = departments.assign(per_pathway=departments["per_pathway"].round())
    found = attack_money(release, {"stage_cost": shown, "department_cost": departments})
    lost = too_close(found, release.rules)
    assert any(where == "hepatitis_c hospital DAA" for where, *_ in lost)
