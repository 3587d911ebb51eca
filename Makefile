# `make run` and `make test` are all a newcomer needs: each first installs what it lacks into .venv.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

PORT ?= 8000
STAGE ?= dev
# `make run FRESH=0` means the same as leaving FRESH out.
yes = $(filter-out 0 no false,$(1))

.DEFAULT_GOAL := help
.PHONY: help install run test check bench rehearse recipe faults lock synth doctor diff deploy smoke clean

help: ## Say what there is.
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

install: $(BIN)/cdk ## Install it all into .venv, with the command line of CDK, as deploying needs it.

run: $(READY) ## Run it all on this machine: PORT=8000 FRESH=1 STRICT=1 DYNAMODB=http://...
	@exec $(BIN)/dunlin run --port $(PORT) $(if $(call yes,$(FRESH)),--fresh) \
		$(if $(call yes,$(STRICT)),--strict) $(if $(DYNAMODB),--dynamodb $(DYNAMODB))

test: $(READY) ## Prove it: the whole suite and its coverage; FAST=1 leaves out what is slow.
	@$(BIN)/python -m pytest -n 3 --dist loadfile --no-loadscope-reorder \
		$(if $(call yes,$(FAST)),-m "not slow",--cov --cov-report=term) $(ARGS)

check: $(READY) ## Lint, format, types and import contracts; runs all four even if one fails.
	@failed=; for tool in "ruff check" "ruff format --check" mypy lint-imports; do \
		echo "== $$tool"; $(BIN)/$$tool || failed=1; \
	done; test -z "$$failed"

bench: $(READY) ## Measure cold start, overhead and cost against what they may be: ARGS=--no-twin
	@exec $(BIN)/python -m tests.bench $(ARGS)

rehearse: $(BIN)/cdk ## Deploy what is committed, update and destroy it, in an AWS in memory.
	@exec $(BIN)/python -m infra.rehearsal

recipe: $(READY) ## Add a feature, and remove one, as the README says, in copies that have to stay green.
	@exec $(BIN)/python -m tests.recipe $(ARGS)

SCHEDULES ?= 5000
faults: $(READY) ## Break the job engine at random for as long as you like: SCHEDULES=5000.
	@FAULT_SCHEDULES=$(SCHEDULES) $(BIN)/python -m pytest -n auto --dist load -q tests/faults/protocol \
		tests/faults/jobs $(ARGS)

synth: $(READY) ## Write the CloudFormation of STAGE=dev to cdk.out; needs no account and no network.
	@CDK_OUTDIR=cdk.out CDK_CONTEXT_JSON='{"stage": "$(STAGE)"}' $(BIN)/python -m infra.cloud.app

doctor: $(READY) ## Say what is missing before STAGE=dev can be deployed from here.
	@$(BIN)/dunlin doctor --stage $(STAGE)

diff: $(BIN)/cdk ## Show what deploying STAGE=dev would change.
	@$(BIN)/dunlin deploy --stage $(STAGE) --diff

deploy: $(BIN)/cdk ## Build STAGE=dev, show what changes, deploy it, ask whether it works; YES=1 AT_ONCE=1.
	@$(BIN)/dunlin deploy --stage $(STAGE) $(if $(call yes,$(YES)),--yes) $(if $(call yes,$(AT_ONCE)),--at-once)

smoke: $(READY) ## Ask URL=http://localhost:8000 from outside whether it works.
	@$(BIN)/dunlin smoke $(or $(URL),http://localhost:$(PORT))

# Keeps the versions that still fit; UPGRADE=1 takes the newest. uv is only needed here, so it is
# not locked: it is installed into .venv when it is not there. Extras stay in the lock: without them
# pip before 24 takes `coverage[toml]` for a package that has no pin.
COMPILE = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-header --no-strip-extras --no-emit-index-url --no-emit-find-links $(if $(call yes,$(UPGRADE)),--upgrade)
lock: $(READY) ## Resolve pyproject.toml into infra/locks; UPGRADE=1 for the newest versions.
	@test -x $(BIN)/uv || $(PIP) install uv
	@$(COMPILE) --extra ship --output-file infra/locks/ship.txt pyproject.toml
	@$(COMPILE) --extra ship --extra dev --constraint infra/locks/ship.txt \
		--output-file infra/locks/dev.txt pyproject.toml

clean: ## Remove all that can be made again, .venv too; the data of `make run` (.dunlin) stays.
	@rm -rf $(VENV) cdk.out dist .coverage* .hypothesis .import_linter_cache .mypy_cache \
		.pytest_cache .ruff_cache
	@find handler infra tests -name __pycache__ -prune -exec rm -rf {} +

# npm comes from PyPI with node, so that Python and make are all that must be there before.
$(BIN)/cdk: infra/locks/cdk/package-lock.json | $(READY)
	@mkdir -p $(VENV)/cdk && cp infra/locks/cdk/*.json $(VENV)/cdk
	@PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/npm ci --prefix $(VENV)/cdk --no-audit --no-fund --silent
	@ln -sf ../cdk/node_modules/.bin/cdk $@
	@touch -h $@

$(READY): infra/locks/dev.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo 'Dunlin needs Python 3.11 or newer, and $(PYTHON) is not: make ... PYTHON=python3.13' >&2; \
		exit 1; }
	@test -x $(BIN)/pip || $(PYTHON) -m venv $(VENV)
	@echo 'Installing into $(VENV): a minute or so, only when pyproject.toml or its lock changed'
	@$(PIP) install --require-hashes --requirement infra/locks/dev.txt
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@
