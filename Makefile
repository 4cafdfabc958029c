# Everything a person or CI runs. `run` and `test` set themselves up; a second call starts at once.
PYTHON ?= python3
BIN := .venv/bin

# A worker for each core, and in `test` one more, for who drives a browser often waits; more than four
# want more memory than a laptop has. Each test file stays with one worker, which starts the app and a
# Chromium once for all of its files. The files come in the order that tests/conftest.py puts them in,
# the dearest first; of three workers two have a browser at a time (tests/scheduling.py): they leave
# part of two cores idle, which the third one takes.
WORKERS := -n auto --maxprocesses=4

# What one process has compiled, workers, servers and their children need not compile again, also
# where the machine is set up to keep nothing.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: run serve dev quick test chromium check check-types check-js bench clean

run: .venv/.ready
	$(BIN)/streamlit run serve.py

# For others too: strangers' limits, and a replica for each core (REPLICAS=2) behind HAProxy.
serve: .venv/.ready
	$(if $(REPLICAS),CNNVIZ_REPLICAS=$(REPLICAS)) $(BIN)/python -m serving.replicas

dev: .venv/.ready-dev
	$(BIN)/streamlit run serve.py --server.fileWatcherType=auto --server.runOnSave=true

quick: .venv/.ready-dev
	$(BIN)/python -m pytest $(WORKERS) -m "not browser and not page and not tensorflow"

test: .venv/.ready-dev chromium
	$(BIN)/python -m pytest $(WORKERS) --dist loadfile --no-loadscope-reorder

chromium: .venv/.ready-dev
	$(BIN)/python tools/find_chromium.py --light

# Its parts need not wait for each other: `make -j2 check`.
check: .venv/.ready-dev check-types check-js
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports

check-types: .venv/.ready-dev
	$(BIN)/mypy

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

# pip compiles with one core what it installs, compileall with all of them. What a package brings for
# another Python does not compile.
COMPILE := $(BIN)/python -m compileall -qq -j 0 .venv/lib || true

.venv/.ready: requirements.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "cnnviz needs Python 3.11 or newer. Received: " + sys.version.split()[0])'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --no-compile -r requirements.txt
	$(COMPILE)
	touch $@

.venv/.ready-dev: .venv/.ready requirements-dev.txt
	$(BIN)/python -m pip install --quiet --no-compile -r requirements-dev.txt
	$(COMPILE)
	touch $@

node_modules/.package-lock.json: package.json package-lock.json
	npm ci --silent --no-audit --no-fund
	touch $@
