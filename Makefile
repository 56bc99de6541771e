# Every task is a line that the continuous integration runs too. `make` alone lists them.
.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DEMO := demo
export PIP_DISABLE_PIP_VERSION_CHECK := 1

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 14

demo: $(VENV)/.demo ## build the reference mesh on real data and show a governed query
	@test -f $(DEMO)/hansa.yaml || $(BIN)/hansa init $(DEMO) --template retail
	@$(BIN)/hansa --version
	$(BIN)/hansa run --mesh $(DEMO)
	$(BIN)/hansa status --mesh $(DEMO)
	$(BIN)/hansa query --mesh $(DEMO) - < examples/demo.sql
	@echo
	@echo "The same mesh for somebody who was promised a part of it, for one purpose:"
	$(BIN)/hansa query --mesh $(DEMO) --as m.hartmann --for assortment_review --purpose assortment - < examples/demo-governed.sql
	@echo
	@echo "The mesh is in ./$(DEMO). Its pages: make serve, and open the link that it prints"
	@echo "                    Or: $(BIN)/hansa describe customer.customer_360 --mesh $(DEMO)"
	@echo "                    Or: docs/tutorial/README.md, which builds its Customer domain from an empty folder"

test: $(VENV)/.dev compiled ## install what the tests need and run all of them (ARGS="tests/plan" runs some)
	$(BIN)/pytest -n 2 --dist loadfile $(ARGS)

quick: $(VENV)/.dev compiled ## the quick tests: each stage by itself; no commands, servers, reference data, journeys
	$(BIN)/pytest -n 2 --dist loadfile -m "not slow" $(ARGS)

lint: $(VENV)/.dev ## ruff, ruff format, mypy --strict, import-linter
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

docs: $(VENV)/.dev ## write the pages of docs/reference that follow from the code
	$(BIN)/python tools/reference.py

bench: $(VENV)/.dev compiled ## benchmarks, each against a limit in the same run
	$(BIN)/python -m benchmarks

screenshots: $(VENV)/.dev compiled ## every page as a picture, in ./screenshots (needs chromium)
	$(BIN)/pytest -q -n 0 tests/browser/screenshots.py

# Tests and benchmarks start the command hundreds of times; where Python is told to write no bytecode, each would compile it again.
compiled: $(VENV)/bin/python
	@$(BIN)/python -m compileall -q src

serve: $(VENV)/.demo ## serve the reference mesh over HTTP and Arrow Flight SQL, on this machine alone
	@test -f $(DEMO)/hansa.yaml || $(BIN)/hansa init $(DEMO) --template retail
	@test -n "$$($(BIN)/hansa status --mesh $(DEMO) 2>/dev/null | grep -m1 published)" || $(BIN)/hansa run --mesh $(DEMO)
	$(BIN)/hansa serve --mesh $(DEMO)

clean: ## remove the virtual environment, the demo mesh and caches
	rm -rf $(VENV) $(DEMO) screenshots .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis

# The stamps: an installation is redone when its list of packages changes. Debian's Python comes without the venv module's installer.
$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Hansa needs Python 3.11 or newer; name one: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 2; }
	@$(PYTHON) -m venv $(VENV) 2>/dev/null || ./tools/venv-on-debian $(PYTHON) $(VENV)

$(VENV)/.demo: $(VENV)/bin/python pyproject.toml constraints.txt
	$(BIN)/pip install --quiet --constraint constraints.txt --editable ".[demo]"
	@touch $@

$(VENV)/.dev: $(VENV)/bin/python pyproject.toml constraints.txt
	$(BIN)/pip install --quiet --constraint constraints.txt --editable ".[demo,spark,dev]"
	@touch $@ $(VENV)/.demo

.PHONY: help demo test quick lint docs bench compiled screenshots serve clean
