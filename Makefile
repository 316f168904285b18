# Wiredesk's commands; `make help` lists them. Everything is installed into .venv, nothing outside this folder is touched.

PYTHON ?= python3
BIN := .venv/bin
# A mark that is newer than the lock says that .venv is complete.
READY := .venv/.ready

.DEFAULT_GOAL := help
.PHONY: help setup demo test lint bench faults sbom audit clean

help:  ## list the commands
	@awk -F':.*## ' '/^[a-z]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(READY)  ## make .venv with everything, locked by hash

$(READY): deploy/requirements-dev.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Wiredesk needs Python 3.11 or newer; name one by make PYTHON=...")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r deploy/requirements-dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch $@

demo: setup  ## read seeds/ through a real queue and show what was found
	$(BIN)/wiredesk demo

test: lint  ## run every test
	$(BIN)/python -m pytest

lint: setup  ## ruff, mypy, import contracts
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: setup  ## measure speed
	$(BIN)/wiredesk bench speed

faults: setup  ## the whole fault suite with its table of figures (long)
	$(BIN)/python -m pytest -m "faults or not faults" tests/faults tests/integration/test_ledger_model.py
	@cat out/faults.md

sbom: setup  ## write what the product is made of to sbom.json (CycloneDX)
	$(BIN)/python -m cyclonedx_py requirements deploy/requirements.lock --pyproject pyproject.toml --output-reproducible --of JSON -o sbom.json

audit: setup  ## look for known weaknesses of the locked packages (asks the advisory database: needs the network)
	$(BIN)/python -m pip_audit --requirement deploy/requirements.lock --require-hashes --disable-pip --strict --progress-spinner off

clean:  ## remove .venv and caches
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
