# Each command only calls run.py, which is the same on machines without make.
PYTHON ?= python3

.PHONY: publish test bench figures
publish:
	@$(PYTHON) run.py publish

test:
	@$(PYTHON) run.py test

# Counts what the tests try, for the page "How it was tested"; commit what it writes.
figures:
	@$(PYTHON) run.py figures

# After `make test` has set up: it needs what the tests need. See tests/bench/heavy.py for its options.
BENCH_PYTHON ?= .venv/bin/python
bench:
	@$(BENCH_PYTHON) tests/bench/heavy.py
