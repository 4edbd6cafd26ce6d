# make demo | test | check | up | serve | down | bench      (each does its own set-up)
PYTHON ?= python3
PORT ?= 4200
# test files that run beside each other
AT_ONCE ?= 2
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
STAMP := $(VENV)/.ready

.DEFAULT_GOAL := help
.PHONY: help demo test check up serve down bench clean

help: ## say what there is
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 10

# Two steps: pip refuses an editable install as soon as a hash is in force. The file is given
# twice because pip before 26 does not accept hashed pins of extras otherwise.
$(STAMP): constraints.txt pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(PIP) install --quiet --require-hashes -r constraints.txt -c constraints.txt
	$(PIP) install --quiet --no-deps --no-build-isolation -e .
	$(PIP) check
	$(BIN)/python -m flows.set_up
	@touch $(STAMP)

demo: $(STAMP) ## curate the sample that ships here, and print the waterfall
	@$(BIN)/finery curate deployments/demo/sample --out demo-run

test: $(STAMP) ## the whole test suite
	@$(BIN)/finery models install \
		|| echo "the local models cannot be fetched; what needs it is skipped"
	$(BIN)/python -m pytest -n $(AT_ONCE) --dist loadfile --no-loadscope-reorder

check: $(STAMP) ## format, lint, types and tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python -m pytest

up: $(STAMP) ## server, work pool, deployments, worker and reports; prints their addresses
	@$(BIN)/python -m deployments.up --port $(PORT)

serve: $(STAMP) ## the same for a laptop: one process, ended by Ctrl-C
	@$(BIN)/python -m deployments.serve $(PORT)

down: $(STAMP) ## end what `make up` started
	@$(BIN)/python -m deployments.up --down

bench: $(STAMP) ## measure every figure that the README gives
	$(BIN)/python -m tests.bench.run

clean: ## remove the environment, the store and the demo's run
	rm -rf $(VENV) data demo-run
