# misread: `make demo` and `make test` set up all they need; `make help` lists the rest.
PYTHON ?= python3
VENV := .venv
export PATH := $(CURDIR)/$(VENV)/bin:$(PATH)
export VIRTUAL_ENV := $(CURDIR)/$(VENV)
# Names of files and folders are UTF-8, whatever the locale.
export PYTHONUTF8 := 1
unexport PYTHONPATH PYTHONHOME # packages of another world, as ROS names them, would come first

.PHONY: help setup study demo explore test test-fast bench lint lock clean
.DEFAULT_GOAL := help

help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sort | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

setup: ## Make the virtual environment .venv from requirements.lock, unless it is up to date
	@$(PYTHON) scripts/environment.py

study: setup ## The whole study: `dvc repro`, also after a run that was killed; STAGE=NAME: up to a stage
	$(VENV)/bin/python scripts/study.py $(STAGE)

demo: setup ## Run every stage on rendered signs, small, in .demo; a real run stays untouched
	./run misread.experiments.demo

explore: ## Serve a page to try networks on noise; FROM=FOLDER: of another copy of the project
	@$(PYTHON) scripts/environment.py requirements-explore.lock
	./run misread.explorer.serve "$(FROM)"

test: setup ## Run all tests, each file on one core; ARGS=...: arguments of pytest
	$(VENV)/bin/python -m pytest --durations=5 --numprocesses auto --no-loadscope-reorder $(ARGS)

test-fast: setup ## Run the tests that need no pipeline and train nothing
	$(VENV)/bin/python -m pytest -m 'not slow'

bench: setup ## Compare speed with PyTorch and other libraries, in an environment of its own; ARGS=...: some benchmarks
	./run benchmarks/set_up.py $(ARGS)

lint: setup ## Check style and format
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .

lock: ## Pin the dependencies of pyproject.toml, those pinned before as they are; UPGRADE=1: the newest (needs uv)
	uv pip compile --quiet $(if $(UPGRADE),--upgrade) --universal --fork-strategy fewest --python-version 3.11 --no-header --extra study --group dev pyproject.toml -o requirements.lock
	uv pip compile --quiet $(if $(UPGRADE),--upgrade) --universal --python-version 3.11 --no-header --constraint requirements.lock --group explore -o requirements-explore.lock
	sed -i '1i # Every dependency, pinned. Made by: make lock' requirements.lock
	sed -i '1i # What `make explore` adds, pinned; what it shares is as in requirements.lock. Made by: make lock' requirements-explore.lock

clean: ## Remove the environment and the demo; data, models and DVC's cache stay
	rm -rf $(VENV) .venv-bench $(VENV).partial $(VENV).old .demo .pytest_cache .ruff_cache
