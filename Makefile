# Each command only calls run.py, which is the same on machines without make.
PYTHON ?= python3

.PHONY: sbom wheelhouse publish test bench figures
publish:
	@$(PYTHON) run.py publish

test:
	@$(PYTHON) run.py test

# Counts what the tests try, for the page "How it was tested"; commit what it writes.
figures:
	@$(PYTHON) run.py figures

# How fast large files are read, validated and joined; tests/bench/heavy.py says what it may be told.
bench:
	@$(PYTHON) run.py bench

# The software bill of materials, and every wheel for machines without a network: see docs/supply.md.
sbom:
	@$(PYTHON) run.py sbom

wheelhouse:
	@$(PYTHON) run.py wheelhouse
