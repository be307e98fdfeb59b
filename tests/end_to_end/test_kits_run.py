"""What another trust takes away runs: every adoption kit, as downloaded, beside the sample's own services."""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from checkout import Checkout

from valuekit.mart import Mart


@pytest.fixture(scope="module")
def kits(published: Checkout, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The kits of all cases, unpacked from the site's downloads."""
    folder = tmp_path_factory.mktemp("kits")
    archives = sorted((published.root / "_site" / "downloads" / "kits").glob("*.zip"))
    assert len(archives) == 11
    for archive in archives:
        with zipfile.ZipFile(archive) as held:
            held.extractall(folder)
    return folder


@pytest.mark.slow
def test_every_kits_definition_loads_and_is_computed_on_the_sample(
    published: Checkout, kits: Path, new_checkout: Callable[[], Checkout]
) -> None:
    """As the kit's read-me says: the definition into data/services/, the page into reports/services/."""
    checkout = new_checkout()
    for file in (published.root / "data" / "extracts").iterdir():
        shutil.copy(file, checkout.root / "data" / "extracts")
    for kit in kits.iterdir():
        shutil.copy(kit / f"{kit.name}.yml", checkout.root / "data" / "services")
        shutil.copy(kit / f"{kit.name}.qmd", checkout.root / "reports" / "services")
    run = checkout.run("build")
    assert run.code == 0, run.err
    mart = Mart(checkout.root / "_build" / "mart" / "board")
    for kit in kits.iterdir():
        said = yaml.safe_load((kit / f"{kit.name}.yml").read_text(encoding="utf-8"))
        wanted = {measure["measure"] for measure in said["measures"]} | {"cost_per_pathway"}
        assert set(mart.of("headline", kit.name)["measure"]) == wanted
        # Two years stand side by side, with figures or with the reason why there are none.
        assert len(mart.of("value", kit.name)) == 2
        assert (mart.of("value", kit.name)["shown"] | (mart.of("value", kit.name)["reason"] != "")).all()
    # The cohort of this kit is stroke: of these people the days at home are those of the trust's own report.
    own, kits_own = (
        mart.of("headline", name).set_index("measure").loc["days_at_home"]
        for name in ("stroke", "value_based_reporting")
    )
    assert kits_own["year_n"] == own["year_n"] > 800
    assert kits_own["year_value"] == pytest.approx(own["year_value"])
    # A cohort that the sample does not have is a service with nobody in it, and no fault.
    assert mart.of("service", "my_day")["pathways"].item() == 0
