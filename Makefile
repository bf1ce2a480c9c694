# misread: `make demo` and `make test` set up all they need; `make help` lists the rest.
PYTHON ?= python3
VENV := .venv
export PATH := $(CURDIR)/$(VENV)/bin:$(PATH)
export VIRTUAL_ENV := $(CURDIR)/$(VENV)
# Names of files and folders are UTF-8, whatever the locale.
export PYTHONUTF8 := 1
unexport PYTHONPATH PYTHONHOME # packages of another world, as ROS names them, would come first

.PHONY: help setup study remote variants verify compare demo explore test test-fast test-faults bench lint lock clean
.DEFAULT_GOAL := help

help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sort | awk -F ':.*## ' '{printf "  make %-11s %s\n", $$1, $$2}'

setup: ## Make the virtual environment .venv from requirements.lock, unless it is up to date; also DASK=1, GPU=1
	@$(PYTHON) scripts/environment.py $(if $(DASK),dask) $(if $(GPU),gpu)

study: setup ## The whole study, also after a run that was killed; STAGE=NAME: up to a stage; JOBS=N: N stages side by side
	@./run scripts/study.py --jobs "$(JOBS)" $(STAGE)

remote: setup ## Add a place to share results, after a test: URL=FOLDER, s3://..., ssh://... or webdavs://...; OPTIONS=...
	@$(VENV)/bin/python scripts/remote.py "$(URL)" $(OPTIONS)

# GRID may have quotes of its own. NAME is also the name of the computer, in the environment of some systems.
variants: setup ## Run variants, perhaps a share of them: GRID="noise.level=min,avg seed=1,2" STAGE=... SHARE=2/5 GIT=origin NAME=...
	@./run scripts/grid.py --stage "$(STAGE)" --share "$(SHARE)" --git "$(GIT)" --push "$(PUSH)" \
	    $(if $(filter command,$(origin NAME)),--name "$(NAME)") -- "$$GRID"

verify: setup ## Run stages again without the cache, and compare the bytes: STAGE="train@cnn-clean ..."; without it, all stages
	./run misread.experiments.verify $(STAGE)

compare: setup ## Compare the results of two revisions: A=REVISION B=REVISION; without B, with the workspace
	@./run misread.experiments.compare_revisions "$(A)" $(B)

demo: setup ## Run every stage on rendered signs, small, in .demo; a real run stays untouched
	./run misread.experiments.demo

explore: ## Serve a page to try networks on noise; FROM=FOLDER: of another copy of the project
	@$(PYTHON) scripts/environment.py explore
	./run misread.explorer.serve "$(FROM)"

test: ## Run the tests, each file on one core; ARGS=...: arguments of pytest
	@$(PYTHON) scripts/environment.py dask
	$(VENV)/bin/python -m pytest --ignore tests/faults --durations=5 --numprocesses auto --no-loadscope-reorder $(ARGS)

test-fast: setup ## Run the tests that need no pipeline and train nothing
	$(VENV)/bin/python -m pytest --ignore tests/faults -m 'not slow'

test-faults: setup ## Run the tests of remotes, clusters, replicas, kills and of a second run from nothing; ARGS=...: arguments of pytest
	@$(PYTHON) scripts/environment.py dask s3 ssh webdav servers
	$(VENV)/bin/python -m pytest --durations=5 tests/faults $(ARGS)

bench: setup ## Compare speed with PyTorch and other libraries, in an environment of its own; ARGS=...: some benchmarks
	./run benchmarks/set_up.py $(ARGS)

lint: setup ## Check style and format
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .

lock: ## Pin the dependencies of pyproject.toml, those pinned before as they are; UPGRADE=1: the newest; CHECK=1: write nothing
	@$(PYTHON) scripts/lock.py $(if $(UPGRADE),--upgrade) $(if $(CHECK),--check)

clean: ## Remove the environment and the demo; data, models and DVC's cache stay
	rm -rf $(VENV) .venv-bench $(VENV).partial $(VENV).old .demo .verify .pytest_cache .ruff_cache
