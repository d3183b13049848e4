# Waybridge: `make run` shows it, `make test` proves it, `make check` is what a change must pass.
VENV ?= .venv
PYTHON ?= python3
BIN = $(VENV)/bin
STAMP = $(VENV)/.installed

.PHONY: help run test check lint bench corpus conformance storm clean
help:          ## list the targets
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/'

$(STAMP): pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet -e '.[test,postgresql]'
	touch $(STAMP)

run: $(STAMP)  ## start the hub with demonstration partners and a day of traffic
	$(BIN)/waybridge demo --fresh

test: $(STAMP) ## run every test
	$(BIN)/python -m pytest

lint: $(STAMP) ## format, lint, types
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python -m hub.mapping.check

check: lint test ## lint and every test

bench: $(STAMP) ## print the figures, each beside what it is compared with
	@for one in $(filter-out __init__,$(basename $(notdir $(wildcard benchmarks/*.py)))); do \
		echo "== $$one"; $(BIN)/python -m benchmarks.$$one || exit 1; done

corpus: $(STAMP) ## read other people's real messages and print what was lost
	$(BIN)/python -m tests.corpus.report
	$(BIN)/python -m tests.property.cargo_imp_mutations

conformance: $(STAMP) ## run the standard's own test collection (COLLECTION=path) against a fresh ONE Record node
	@$(BIN)/python -m tests.conformance.run "$(COLLECTION)"

storm: $(STAMP) ## the long crash and fault runs
	WAYBRIDGE_RANDOM=1 $(BIN)/python -m pytest tests/property
	$(BIN)/python -m pytest -m slow --timeout 3600

clean:         ## remove what was built
	rm -rf $(VENV) build dist *.egg-info
