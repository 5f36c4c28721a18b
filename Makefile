# Every command below can be typed as it stands. `make demo` and `make test` need Python
# 3.11 or newer and nothing else: they set up .venv from the lock files.

PYTHON ?= python3
# Size of a new demo world: small (2 thousand people), demo (20 thousand) or a number.
# Left out: demo, or whatever the world in .data has.
SIZE ?=

BIN = .venv/bin
PIP_INSTALL = $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes
# dbt looks for profiles.yml here unless DBT_PROFILES_DIR names another folder.
PROFILES = $(if $(DBT_PROFILES_DIR),,profiles.yml)

.PHONY: help demo test test-slow test-warehouse test-integration lint bench docs

help: ## Say what there is
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

demo: .venv/runtime.stamp $(PROFILES) ## Serve, ingest, build and show the known world; again: play the next week
	$(BIN)/python scripts/install_dbt_packages.py
	$(BIN)/python -m scripts.run_demo $(SIZE)

test: .venv/dev.stamp $(PROFILES) ## Run all tests that need only Python packages
	$(BIN)/python scripts/install_dbt_packages.py
	$(BIN)/python -m pytest --numprocesses auto --maxprocesses 4 --durations 25

test-slow: .venv/dev.stamp $(PROFILES) ## Run what CI has no time for, in hours: every break, cut and order of arrival
	$(BIN)/python scripts/install_dbt_packages.py
	$(BIN)/python -m pytest --numprocesses auto --maxprocesses 4 -m "slow and not warehouse"

# One after the other: one Spark keeps two cores busy.
test-warehouse: .venv/warehouse.stamp $(PROFILES) ## Prove that Spark + Delta builds the same (Java 17)
	$(BIN)/python scripts/install_dbt_packages.py
	$(BIN)/python -m pytest -m "warehouse and not slow" tests/python/local_warehouse
	$(BIN)/python -m pytest -m "warehouse and not slow" tests/python/warehouse

test-integration: .venv/dev.stamp .venv/azurite.stamp $(PROFILES) ## Run the tests against PostgreSQL and Azurite, where they are installed
	$(BIN)/python scripts/install_dbt_packages.py
	$(BIN)/python -m pytest -m integration tests/python/integration

lint: .venv/dev.stamp $(PROFILES) ## Run all static checks, the cheap ones first
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/yamllint --strict .
	$(BIN)/sqlfmt --check macros tests/generic dbt_packages_offline
	$(BIN)/sqlfluff lint models snapshots tests/assertions
	$(BIN)/python scripts/install_dbt_packages.py
	$(BIN)/dbt parse --warn-error --no-partial-parse --quiet
	COLUMNS=200 $(BIN)/dbt-bouncer run --show-all-failures
	$(BIN)/mf validate-configs --skip-dw --show-all

bench: .venv/dev.stamp .venv/bench.stamp $(PROFILES) ## Measure side by side with what others use (benchmarks/README.md)
	$(BIN)/python scripts/install_dbt_packages.py
	$(BIN)/python -m benchmarks.identity
	$(BIN)/python -m benchmarks.closure
	$(BIN)/python -m benchmarks.churn
	$(BIN)/python -m benchmarks.ingestion
	$(BIN)/python -m benchmarks.freshness

# dbt-duckdb crashes where several threads compile delta sources at the same moment.
docs: .venv/runtime.stamp $(PROFILES) ## Write the docs site of what was built last
	$(BIN)/python scripts/install_dbt_packages.py
	$(BIN)/dbt docs generate --static --threads 1
	@echo "Docs site: target/static_index.html"

profiles.yml:
	cp profiles.example.yml profiles.yml

.venv/bin/python:
	@$(PYTHON) -c "import sys; sys.exit(sys.version_info < (3, 11) and \
	  'Python 3.11 or newer is needed: make PYTHON=/path/to/it')"
	$(PYTHON) -m venv .venv

.venv/runtime.stamp: requirements.lock | .venv/bin/python
	$(PIP_INSTALL) -r requirements.lock
	@touch $@

.venv/dev.stamp: requirements-dev.lock | .venv/bin/python
	$(PIP_INSTALL) -r requirements-dev.lock
	@touch $@

.venv/warehouse.stamp: requirements-warehouse.lock .venv/dev.stamp
	$(PIP_INSTALL) -r requirements-warehouse.lock
	@touch $@

# Without npm the tests that need it are skipped, and say so.
.venv/azurite.stamp: tests/azurite/package-lock.json | .venv/bin/python
	if command -v npm >/dev/null; then mkdir -p .venv/azurite \
	  && cp tests/azurite/package*.json .venv/azurite \
	  && npm ci --prefix .venv/azurite --ignore-scripts --no-audit --no-fund --silent \
	  && touch $@; fi

# Apart from all the rest: what is measured against is no part of the platform.
.venv/bench.stamp: requirements-bench.lock | .venv/bin/python
	$(PYTHON) -m venv .venv/bench
	.venv/bench/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@
