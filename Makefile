# Gushu. `make help` lists what there is. Needs python3 (>= 3.11) with its venv module, and make.
PYTHON ?= python3
PORT ?= 8001
HOST ?= 127.0.0.1
DEMO ?= demo
WORKERS ?= auto
VENV := .venv
NEXT := .venv-next
BIN := $(VENV)/bin
GUSHU := $(BIN)/gushu --register $(DEMO)/register.db
SAMPLES := samples/taipei/protected_trees_2026-08-23.csv samples/hongkong/hongkong-ovt.json.gz \
  samples/singapore/singapore-heritage-trees.json

.PHONY: help setup demo demo-files serve test test-next check format dictionary bench bundle lock system clean

help: ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | awk -F'\t' '{printf "  make %-12s %s\n", $$1, $$2}'

setup: $(VENV)/.runtime ## environment with the pinned dependencies

$(VENV)/.python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Gushu needs Python 3.11 or newer; name one with PYTHON=…"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.runtime: $(VENV)/.python requirements/runtime.txt pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/runtime.txt
	$(BIN)/python -m pip install -qq --disable-pip-version-check --no-deps --editable .
	@touch $@

$(VENV)/.dev: $(VENV)/.runtime requirements/dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@touch $@

demo: demo-files serve ## the whole job on real registers: import, tags, publish, map, dossiers, site

demo-files: setup
	@mkdir -p $(DEMO)
	@test -f $(DEMO)/register.db || $(GUSHU) init
	@$(GUSHU) import $(SAMPLES)
	@$(GUSHU) config set register_name 古树名木示范名册
	@$(GUSHU) config set register_name_en "Demonstration register of heritage trees"
	@$(GUSHU) config set demonstration yes
	@$(GUSHU) config set public_address http://$(HOST):$(PORT)
	@$(GUSHU) --lang zh tags $(DEMO)/tags.pdf
	@$(GUSHU) publish --out $(DEMO)/public.gpkg
	@$(GUSHU) --lang zh map $(DEMO)/map.html
	@$(GUSHU) --lang zh dossiers $(DEMO)/dossiers --where jurisdiction=sg
	@$(GUSHU) --lang zh dossier AFCD/KS/005 $(DEMO)/dossiers/AFCD~2FKS~2F005.pdf
	@$(GUSHU) --lang zh dossier tw-taipei:768 $(DEMO)/dossiers/768.pdf

serve: setup
	@echo
	@echo "  http://$(HOST):$(PORT)/                          the site      (English: http://$(HOST):$(PORT)/en/)"
	@echo "  http://$(HOST):$(PORT)/search?q=榕               a search      (also 銀杏, ficus, AFCD/KS/005)"
	@echo "  http://$(HOST):$(PORT)/tree/AFCD~2FKS~2F005      one tree, one file"
	@echo "  $(DEMO)/tags.pdf  $(DEMO)/map.html  $(DEMO)/dossiers/  $(DEMO)/public.gpkg   for people to hold, open and keep"
	@echo
	@$(GUSHU) serve --public $(DEMO)/public.gpkg --host $(HOST) --port $(PORT)

system: ## system packages for the browser tests, where they may be installed
	@sh tests/system.sh

test: $(VENV)/.dev system ## every test, on all cores (WORKERS=0: one after the other)
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile

$(NEXT)/.done: requirements/next.txt
	$(PYTHON) -m venv $(NEXT)
	$(NEXT)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/next.txt
	@touch $@

test-next: $(NEXT)/.done ## the site's tests and the desk's refusals on the newest alpha of Datasette 1.0, in an environment of their own
	$(NEXT)/bin/python -m pytest tests/site tests/desk/test_desk_attacks.py tests/desk/test_permission_walk.py -m "not browser" -n $(WORKERS) --dist loadfile

check: $(VENV)/.dev ## format, lint, types, directions of imports
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python -m pytest -q tests/test_architecture.py

format: $(VENV)/.dev ## put the code into the house format
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

dictionary: $(VENV)/.runtime ## draw the field dictionary in docs/ anew from the models
	$(BIN)/gushu --lang zh fields > docs/zh/fields.md
	$(BIN)/gushu --lang en fields > docs/en/fields.md

bench: $(VENV)/.dev ## speed, as ratios to the alternatives in one run
	$(BIN)/python -m benchmarks

bundle: $(VENV)/.runtime ## what installs Gushu where there is no network, in dist/ (OFFLINE=1: out of this environment)
	$(BIN)/python deploy/bundle.py dist $(if $(OFFLINE),--from-environment)

lock: $(VENV)/.dev ## resolve the pinned dependencies anew (needs uv)
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
	  pyproject.toml -o requirements/runtime.txt
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
	  pyproject.toml --group dev --constraint requirements/runtime.txt -o requirements/dev.txt
	sed '/^datasette==/,/[^\\]$$/d' requirements/dev.txt > requirements/.others
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
	  pyproject.toml --group dev --override requirements/next.in --constraint requirements/.others -o requirements/next.txt
	rm requirements/.others

clean: ## remove the environment and the demonstration
	rm -rf $(VENV) $(NEXT) $(DEMO)
