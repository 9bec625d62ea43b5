# Everything a person or CI does here. Only Python 3.11+ and make are needed.

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
HOST ?= 127.0.0.1
PORT ?= 8000
WORKERS ?= 1
KILLS ?= 200
DATABASE_URL ?= sqlite:///var/passerelle.db
export DATABASE_URL

.PHONY: help setup serve test check scorecard lock schema coverage-report browser proxy bench audit fuzz-api torture soak

help: ## Show these lines
	@grep -E '^[a-z-]+:.*##' Makefile | sed 's/:.*## /\t/'

$(VENV)/.installed: requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed.")'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: -r requirements.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

setup: $(VENV)/.installed ## Make a virtual environment with the locked dependencies

serve: setup ## Migrate, load the data and serve (PORT, HOST, WORKERS, DATABASE_URL)
	@LOG_FORMAT=$${LOG_FORMAT:-text} $(BIN)/passerelle serve --host $(HOST) --port $(PORT) --workers $(WORKERS)

test: setup ## Run all tests, those against a real PostgreSQL included
	@env -u DATABASE_URL $(BIN)/python -m pytest -n auto

check: setup ## Lint, types, import rules and the data
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/passerelle check

audit: setup ## Ask whether the locked packages have known vulnerabilities (needs the network)
	$(BIN)/pip-audit --requirement requirements.txt --require-hashes --disable-pip --strict

REQUESTS ?= 2000
MINUTES ?= 10
ON ?= sqlite postgresql
fuzz-api: setup ## Send requests made up from the documentation to a real server (REQUESTS, MINUTES, ON=sqlite)
	@env -u DATABASE_URL $(BIN)/python -m tests.fuzz --requests $(REQUESTS) --minutes $(MINUTES) --on $(ON)

soak: setup ## Drive a server at half of what it can do and watch its memory (MINUTES=30)
	@env -u DATABASE_URL $(BIN)/python -m benchmarks.soak --minutes $(MINUTES)

scorecard: setup ## Compare answers with published ones (GOLD=FILE)
	@env -u DATABASE_URL $(BIN)/python -m tests.scorecard $(GOLD)

torture: setup ## Kill importing processes at random moments and look what they leave (KILLS=200, TORTURE_URL=database)
	@env -u DATABASE_URL $(BIN)/python -m tests.torture $(KILLS) $(TORTURE_URL)

bench: setup ## Measure beside other tools (SIZES="10000 2000000" ONLY="lookups datasette"; needs wrk)
	@env -u DATABASE_URL $(BIN)/python -m benchmarks.run $(SIZES)

lock: setup ## Renew requirements.txt from pyproject.toml
	$(BIN)/uv pip compile pyproject.toml --extra dev --extra documents --extra pdf --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --quiet -o requirements.txt

proxy: ## Install Debian's nginx for the tests of the deployment (needs root)
	apt-get update -qq && apt-get install -y -qq --no-install-recommends nginx-light

browser: ## Install Debian's Chromium for the test of the documentation page (needs root)
	apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium

coverage-report: setup ## Renew docs/coverage.md: what is recorded for every place and purpose
	$(BIN)/passerelle coverage docs/coverage.md

schema: setup ## Renew the JSON Schema of framework files
	$(BIN)/passerelle schema data/schema/framework.schema.json
