# Everything is set up in .venv, and again only when what it depends on has changed.
SHELL := bash
.SILENT:
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help
.PHONY: help demo lab test test-fast check bench clean system-packages

PYTHON ?= python3
VENV := $(CURDIR)/.venv
BIN := $(VENV)/bin
STAMPS := $(VENV)/.stamps
BENCH := $(CURDIR)/.bench
FLIGHTS := notebooks/flights.ipynb
STATIC := kernel_ext/daglab/labextension
LINK := $(VENV)/share/jupyter/labextensions/daglab
LAB_SOURCES := $(shell find labextension/src labextension/style labextension/schema labextension/scripts -type f 2>/dev/null) \
  $(wildcard labextension/*.json labextension/*.mjs)
# with the development environment in place, the smaller one is in place as well
ENVIRONMENT = $(if $(wildcard $(STAMPS)/dev),$(STAMPS)/dev,$(STAMPS)/example)

export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_ROOT_USER_ACTION := ignore
export PATH := $(BIN):$(PATH)

help: ## list what can be made
	grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sort | awk -F ':.*## ' '{printf "make %-10s %s\n", $$1, $$2}'

demo: $(ENVIRONMENT) ## run the flights notebook as a pipeline
	echo "▸ daglab materialize -f $(FLIGHTS) --processes 2"
	daglab materialize -f $(FLIGHTS) --processes 2
	echo "▸ daglab assets"
	daglab assets

lab: $(STAMPS)/lab ## open the flights notebook in JupyterLab, with its live graph
	echo "▸ jupyter lab $(FLIGHTS)"
	jupyter lab $(if $(filter 0,$(shell id -u)),--allow-root) $(FLIGHTS)

test: $(STAMPS)/dev $(STAMPS)/lab system-packages ## run all tests, those in a browser too
	echo "▸ testing the browser code"
	npm --prefix labextension run --silent test
	echo "▸ testing everything else"
	python -m pytest

test-fast: $(STAMPS)/dev ## run the tests that take seconds
	echo "▸ testing what is quick to test"
	python -m pytest -q -n auto -m "not slow and not browser" \
	  $(wildcard tests/unit tests/contract tests/house) kernel_ext

check: $(STAMPS)/dev $(STAMPS)/npm ## check style, types and the order of imports
	echo "▸ ruff"
	ruff check --quiet --output-format concise .
	ruff format --check --quiet . || { echo "some files are not formatted: run .venv/bin/ruff format"; exit 1; }
	echo "▸ mypy --strict"
	mypy --no-error-summary
	echo "▸ the order of the floors"
	lint-imports --no-logo > $(STAMPS)/imports.log 2>&1 || { cat $(STAMPS)/imports.log; exit 1; }
	echo "▸ eslint, prettier, stylelint, tsc"
	for task in lint prettier:check stylelint:check typecheck; do npm --prefix labextension run --silent $$task || exit 1; done

bench: $(STAMPS)/dev $(BENCH)/.ready ## measure against Dagster, nbclient and papermill
	echo "▸ measuring (some minutes)"
	python tests/benchmarks

clean: ## remove all that make has made; what daglab keeps in .daglab stays
	echo "▸ removing environments, builds and caches"
	rm -rf $(VENV) $(BENCH) build dist $(STATIC) kernel_ext/daglab/widget/static
	rm -rf labextension/node_modules labextension/lib labextension/*.tsbuildinfo
	rm -rf .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# ---- environments ---------------------------------------------------------------------------------------------

$(STAMPS)/venv:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "daglab needs Python 3.11 or newer; name one, for instance: make demo PYTHON=python3.12"; exit 1; }
	echo "▸ creating .venv"
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	mkdir -p $(STAMPS)
	touch $@

# The copy of the browser code that an installation brings gives way to a link to the built one, so that a build
# shows at the next reload; the link goes before pip runs, or pip would follow it and remove what it points to.
define install
	rm -rf $(LINK)
	SKIP_JUPYTER_BUILDER=1 pip install -qq --editable ".[$(1)]"
	touch $@
endef

$(STAMPS)/example: $(STAMPS)/venv pyproject.toml
	echo "▸ installing daglab and what the example needs into .venv"
	$(call install,example)

$(STAMPS)/dev: $(STAMPS)/venv pyproject.toml
	echo "▸ installing daglab and the development tools into .venv"
	$(call install,dev)

$(STAMPS)/npm: labextension/package-lock.json | $(STAMPS)/venv
	command -v npm > /dev/null || { \
	  echo "node and npm are missing: install Node.js 20 or newer (only clones need it, the wheel does not)"; exit 1; }
	echo "▸ installing what the browser code is built with"
	npm --prefix labextension ci --loglevel=error > $(STAMPS)/npm.log 2>&1 || { cat $(STAMPS)/npm.log; exit 1; }
	touch $@

$(STAMPS)/lab: $(ENVIRONMENT) $(STAMPS)/npm $(LAB_SOURCES)
	echo "▸ building the browser code"
	test -x $(BIN)/jupyter-builder || pip install -qq jupyter-builder
	npm --prefix labextension run build > $(STAMPS)/build.log 2>&1 || { cat $(STAMPS)/build.log; exit 1; }
	rm -rf $(LINK)
	mkdir -p $(dir $(LINK))
	ln -s $(CURDIR)/$(STATIC) $(LINK)
	touch $@

$(BENCH)/.ready:
	echo "▸ installing Dagster into .bench, to be measured against"
	$(BIN)/python -m venv $(BENCH)/dagster
	$(BENCH)/dagster/bin/pip install -qq dagster
	touch $@

system-packages:
	.ci/system-packages
