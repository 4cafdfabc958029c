# Everything a person or CI runs. `run` and `test` set themselves up; a second call starts at once.
PYTHON ?= python3
BIN := .venv/bin

# A worker for each core; more than four want more memory than a laptop has. Each test file stays
# with one worker, which starts the app and a Chromium once for all of its files. The files come in
# the order that tests/conftest.py puts them in, the dearest first; half of the workers have a browser
# at a time (tests/scheduling.py), for two such workers leave part of two cores idle.
WORKERS := -n auto --maxprocesses=4

.PHONY: run serve dev quick test check check-js bench clean

run: .venv/.ready
	$(BIN)/streamlit run serve.py

# For others too: strangers' limits, and a replica for each core (REPLICAS=2) behind HAProxy.
serve: .venv/.ready
	$(if $(REPLICAS),CNNVIZ_REPLICAS=$(REPLICAS)) $(BIN)/python -m serving.replicas

dev: .venv/.ready-dev
	$(BIN)/streamlit run serve.py --server.fileWatcherType=auto --server.runOnSave=true

quick: .venv/.ready-dev
	$(BIN)/python -m pytest $(WORKERS) -m "not browser and not page and not tensorflow"

test: .venv/.ready-dev
	$(BIN)/python tools/find_chromium.py --light
	$(BIN)/python -m pytest $(WORKERS) --dist loadfile --no-loadscope-reorder

check: .venv/.ready-dev check-js
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# ESLint and Prettier need Node 18.18 or newer; without npm the browser components go unchecked.
ifeq ($(shell command -v npm),)
check-js:
	@echo "The browser components were not checked: npm was not found. CI has it."
else
check-js: node_modules/.package-lock.json
	npm run --silent check
endif

bench: .venv/.ready-dev
	$(BIN)/python tools/find_chromium.py
	$(BIN)/python -m tools.bench

clean:
	rm -rf .venv build node_modules

.venv/.ready: requirements.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "cnnviz needs Python 3.11 or newer. Received: " + sys.version.split()[0])'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet -r requirements.txt
	touch $@

.venv/.ready-dev: .venv/.ready requirements-dev.txt
	$(BIN)/python -m pip install --quiet -r requirements-dev.txt
	touch $@

node_modules/.package-lock.json: package.json package-lock.json
	npm ci --silent --no-audit --no-fund
	touch $@
