.DEFAULT_GOAL := help
SHELL := /bin/sh
PYTHON ?= python3
BIN := .venv/bin
export UV_CACHE_DIR := $(CURDIR)/.cache/uv
export UV_PYTHON_DOWNLOADS := never
export UV_NO_PROGRESS := 1
# It would point every Python here at the library of another one.
unexport PYTHONHOME
# Some containers set it. Then every start compiles every module again, and each command takes twice as long.
unexport PYTHONDONTWRITEBYTECODE

help:  ## Show the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST)

# uv is taken from the project's own hashed lock, then installs the rest.
$(BIN)/uv: requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "harness needs Python 3.11 or newer; give one with: make PYTHON=/path/to/python3"; exit 5; }
	@$(PYTHON) -m venv .venv || { echo "The venv module is missing; on Debian: apt-get install python3-venv"; exit 5; }
	@mkdir -p .cache && awk '/^[a-z]/ {keep = /^uv==/} keep' requirements.txt > .cache/uv-requirements.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement .cache/uv-requirements.txt
	@touch $@

$(BIN)/.setup: $(BIN)/uv requirements.txt pyproject.toml
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes --requirement requirements.txt
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --offline --editable .
	@touch $@

# All that tests load is compiled here, once. Otherwise each test process compiles it.
$(BIN)/.setup-dev: $(BIN)/.setup requirements-dev.txt
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes --requirement requirements-dev.txt
	@$(BIN)/python -m pytest --collect-only -qq > /dev/null 2>&1 || true
	@touch $@

setup: $(BIN)/.setup  ## Install the harness into .venv
bench: setup  ## Measure the core applications and write the ranking report
	@$(BIN)/harness run $(ARGS)
bench-full: setup  ## Measure every application, scenario and server (hours; resumable)
	@$(BIN)/harness run --profile full $(ARGS)
quick: setup  ## A short look: one block; the result is an estimate
	@$(BIN)/harness run --quick $(ARGS)
report: setup  ## Write the report of the newest campaign again
	@$(BIN)/harness report $(ARGS)
verify: setup  ## Check every application against the contract
	@$(BIN)/harness verify $(ARGS)
doctor: setup  ## Check this machine; print the command that mends each problem
	@$(BIN)/harness doctor $(ARGS)
lint: $(BIN)/.setup-dev  ## Check formatting, lint rules, types and layers
	@$(BIN)/ruff format --check . && $(BIN)/ruff check . && $(BIN)/mypy && $(BIN)/lint-imports --no-cache
# What needs no server, database or browser, and takes no longer than a few seconds.
PURE = $(addprefix tests/,analysis catalog contract stats store wire cli/test_usage.py test_docs.py test_application_pages.py)
check: lint  ## Lint, then run the tests that need no server, database or browser: under a minute
	@$(BIN)/python -m pytest -n auto -m "not alone and not simulated" -q $(PURE)
# Of the tests that need the whole machine, only the files that hold some are collected.
test: lint  ## Lint, then run every test
	@$(BIN)/python -m pytest -n auto --dist loadgroup -m "not alone" -q
	@$(BIN)/python -m pytest -m alone -q $$(grep -rlw --include='*.py' 'mark.alone' tests)
# Both from one resolution: what the harness runs with is what it is tested with.
LOCK = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --only-binary :all: --generate-hashes --no-header --no-annotate \
  --no-emit-index-url --no-emit-find-links pyproject.toml
lock: $(BIN)/uv  ## Resolve the harness's own requirements again (ARGS=--upgrade: to the newest)
	@$(LOCK) $(ARGS) --group dev --output-file requirements-dev.txt
	@$(LOCK) --constraints requirements-dev.txt --output-file requirements.txt
pages: setup  ## Write docs/applications from the manifests and locks in apps/
	@$(BIN)/python -m harness.report.documented.write
benchmarks: $(BIN)/.setup-dev  ## Measure the harness itself (docs/performance.md); the machine must be idle
	@for program in benchmarks/*.py; do echo "== $$program"; $(BIN)/python $$program || exit 1; done
clean:  ## Remove environments, caches and reports; results are kept
	@if command -v $(PYTHON) > /dev/null; then $(PYTHON) -I harness/process/in_use.py .cache; fi
	@rm -rf .venv .cache reports/*/ reports/latest

.PHONY: help setup bench bench-full quick report verify doctor lint check test lock pages benchmarks clean
