# Each command only calls run.py, which is the same on machines without make.
PYTHON ?= python3

.PHONY: sbom wheelhouse publish test test-all bench figures
publish:
	@$(PYTHON) run.py publish

test:
	@$(PYTHON) run.py test

# The slow ones too: whole sites published again and again, killed at every step, every page looked at. What CI runs.
test-all:
	@$(PYTHON) run.py test-all

# Counts what the tests try, for the page "How it was tested"; commit what it writes.
figures:
	@$(PYTHON) run.py figures

# How fast files are read, joined and published: all of it (hours), or what PARTS says. PARTS="joins --runs 1"
# runs one part once; tests/bench/bench.py says what there is.
bench:
	@$(PYTHON) run.py bench $(PARTS)

# The software bill of materials, and every wheel for machines without a network: see docs/supply.md.
sbom:
	@$(PYTHON) run.py sbom

wheelhouse:
	@$(PYTHON) run.py wheelhouse
