# misread: `make demo` and `make test` set up all they need; `make help` lists the rest.
PYTHON ?= python3
VENV := .venv
READY := $(VENV)/.ready
EXPLORE_READY := $(VENV)/.ready-explore
export PATH := $(CURDIR)/$(VENV)/bin:$(PATH)
export VIRTUAL_ENV := $(CURDIR)/$(VENV)

.PHONY: help setup demo explore test test-fast lint lock clean
.DEFAULT_GOAL := help

help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sort | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

setup: $(READY) ## Make the virtual environment .venv from requirements.lock, unless it is up to date

$(READY): requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(0 if (3, 11) <= sys.version_info < (3, 14) else "make: Python 3.11 to 3.13 is needed, this is %d.%d; name one: make PYTHON=python3.12 ..." % sys.version_info[:2])'
	rm -rf $(VENV)
	$(PYTHON) -m venv $(VENV)
	$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check -r requirements.lock
	@touch $@

demo: $(READY) ## Run every stage on rendered signs, small, in .demo; a real run stays untouched
	$(VENV)/bin/python scripts/demo.py

explore: $(EXPLORE_READY) ## Serve a page to try networks on noise; FROM=FOLDER: of another copy of the project
	stages/python scripts/explore.py "$(FROM)"

$(EXPLORE_READY): requirements-explore.lock $(READY)
	$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check -r requirements-explore.lock
	@touch $@

test: $(READY) ## Run all tests, one file on each core at a time, the longest first
	$(VENV)/bin/python -m pytest --durations=5 --numprocesses auto --dist loadfile --no-loadscope-reorder

test-fast: $(READY) ## Run the tests that need no pipeline and train nothing
	$(VENV)/bin/python -m pytest -m 'not slow'

lint: $(READY) ## Check style and format
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .

lock: ## Pin the newest dependencies that fit pyproject.toml (needs uv)
	uv pip compile --quiet --upgrade --universal --fork-strategy fewest --python-version 3.11 --no-header --group dev pyproject.toml -o requirements.lock
	sed -i '1i # Every dependency, pinned. Made by: make lock' requirements.lock
	uv pip compile --quiet --upgrade --universal --python-version 3.11 --no-header --constraint requirements.lock --group explore -o requirements-explore.lock
	sed -i '1i # What `make explore` adds, pinned; what it shares is as in requirements.lock. Made by: make lock' requirements-explore.lock

clean: ## Remove the environment and the demo; data, models and DVC's cache stay
	rm -rf $(VENV) .demo .pytest_cache .ruff_cache
