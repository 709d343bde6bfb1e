# Kontor's commands. `make` alone lists them. Nothing but Python 3.11 or later, make and a C compiler is assumed.

.DEFAULT_GOAL := help
SHELL := /bin/sh
PYTHON := .venv/bin/python
# Further arguments for pytest: make test ARGS="tests/organizations -k parent"
ARGS ?=
# Tests have a data folder of their own: they never ring at the broker of a house that runs from this checkout.
TEST_DATA_DIR ?= $(CURDIR)/.data/test

.PHONY: help
help: ## This list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

.PHONY: run
run: ## Start everything with the sandbox and its demo world: http://localhost:8000 (KONTOR_PORT)
	@.ci/venv requirements.txt
	@exec $(PYTHON) -m config.launcher

.PHONY: test
test: dev ## Run the tests on the embedded default (DATABASE_URL, REDIS_URL: on those)
	@KONTOR_DATA_DIR="$(TEST_DATA_DIR)" exec $(PYTHON) -m pytest -n auto --dist worksteal $(ARGS)

.PHONY: processes
processes: dev ## Run the tests that start real processes: launcher, worker, broker
	@KONTOR_DATA_DIR="$(TEST_DATA_DIR)" exec $(PYTHON) -m pytest -n 3 --dist loadgroup -m processes $(ARGS)

.PHONY: browser
browser: dev ## Run the tests that drive Chromium (CHROMIUM=/path/to/it; default: the one on the PATH)
	@KONTOR_DATA_DIR="$(TEST_DATA_DIR)" exec $(PYTHON) -m pytest -m browser $(ARGS)

.PHONY: tenancy
tenancy: dev ## Look for every tenant's words and ids on every page of the others (slow)
	@KONTOR_DATA_DIR="$(TEST_DATA_DIR)" exec $(PYTHON) -m pytest -n auto -m tenancy $(ARGS)

.PHONY: doors
doors: dev ## Ask every URL for everybody at every organization by every method (make test asks at one of them)
	@KONTOR_DATA_DIR="$(TEST_DATA_DIR)" DOORS=all exec $(PYTHON) -m pytest -n auto --dist worksteal \
		tests/portal/test_doors.py tests/portal/test_read_only_people.py $(ARGS)

.PHONY: bench
bench: dev ## Measure: one line per goal; ONLY=name for one of them, SCALE=full for as many rows as the goals name
	@KONTOR_DATA_DIR="$(TEST_DATA_DIR)" BENCH_SCALE="$(SCALE)" exec $(PYTHON) -m tests.bench $(ONLY)

.PHONY: lint
lint: dev ## Style and safety: ruff, ruff format, djade, bandit
	@$(PYTHON) -m ruff check .
	@$(PYTHON) -m ruff format --check .
	@find templates -name '*.html' -exec .venv/bin/djade --target-version 5.2 --check {} +
	@$(PYTHON) -m bandit -q -ll -r config portal organizations billing fiscal -c pyproject.toml

.PHONY: types
types: dev ## Check the types with mypy
	@$(PYTHON) -m mypy

.PHONY: walls
walls: dev ## Check who may import whom
	@$(PYTHON) -c "from importlinter.cli import lint_imports_command as check; check()" --no-logo

.PHONY: css
css: ## Build the style sheet anew (needs Node; the result is committed)
	@cd portal/css && npm install --no-save --ignore-scripts --no-audit --no-fund && npm run build

.PHONY: lock
lock: ## Resolve requirements*.in into the locked files with hashes (needs uv)
	uv pip compile --quiet --python-version 3.11 --generate-hashes requirements.in -o requirements.txt
	uv pip compile --quiet --python-version 3.11 --generate-hashes requirements-dev.in -o requirements-dev.txt

.PHONY: clean
clean: ## Remove what can be made again: .venv, caches. Data stays in .data
	rm -rf .venv .venv.lock .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache test-results
	find . -name __pycache__ -type d -not -path './.git/*' -prune -exec rm -rf {} +

.PHONY: dev
dev:
	@.ci/venv requirements-dev.txt
