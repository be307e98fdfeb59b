# Two commands; both only call run.py, which is the same on machines without make.
PYTHON ?= python3

.PHONY: publish test
publish:
	@$(PYTHON) run.py publish

test:
	@$(PYTHON) run.py test
