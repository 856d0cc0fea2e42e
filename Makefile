# `make help` lists what can be made: each target with ## behind it.

PYTHON ?= python3.11
PORT ?= 8000
WORKERS ?= 2
PYTEST_ARGS ?=
BIN := .venv/bin

.DEFAULT_GOAL := help
.PHONY: help demo demo-data demo-sign-in demo-reset run check fix test faults hostile paper bench lock browser

help: ## this list
	@sed -nE 's/^([a-z-]+):[^#]*## (.*)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 20

# Set-up ----------------------------------------------------------------------------------------

.venv/bin/python:
	$(PYTHON) -m venv .venv || python3 -m venv .venv

.venv/run: requirements.lock | .venv/bin/python
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	touch $@

.venv/dev: requirements-dev.lock | .venv/bin/python
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	touch $@ .venv/run

# Debian's Chromium for the browser tests, where it is not there yet.
browser:
	@command -v chromium >/dev/null || { \
	  echo "Installing Chromium for the browser tests..."; \
	  SUDO=$$( [ $$(id -u) = 0 ] || echo sudo ); \
	  $$SUDO apt-get update -qq && $$SUDO apt-get install -y -qq --no-install-recommends chromium; }

# Demo ------------------------------------------------------------------------------------------

# The demo's own secrets: made once, kept out of git.
.demo/env: | .venv/run
	@mkdir -p .demo
	@umask 077 && $(BIN)/python -m schoolloket.make_secrets > $@.new && mv $@.new $@

DEMO = set -a && . ./.demo/env && set +a && export DEMO=1 \
	DESK_URL=http://localhost:$(PORT) DATABASE_URL=sqlite:///$(CURDIR)/.demo/demo.sqlite3 &&

# A demo from before the pepper gets one.
demo-data: .venv/run .demo/env
	@grep -q '^PEPPER_KEYS=' .demo/env || \
	  $(BIN)/python -m schoolloket.make_secrets | grep '^PEPPER_KEYS=' >> .demo/env
	@$(DEMO) $(BIN)/python manage.py migrate --verbosity 0
	@$(DEMO) $(BIN)/python manage.py createcachetable
	@$(DEMO) $(BIN)/python manage.py make_demo
	@$(DEMO) $(BIN)/python manage.py collectstatic --no-input --verbosity 0

demo-sign-in: demo-data
	@echo
	@echo "  LeerID Schoolloket   http://localhost:$(PORT)/"
	@echo "  Both schools         beheerder@demo.test / demo-schoolloket-2026"
	@echo "  Gent only            gent@demo.test / demo-schoolloket-2026"
	@echo "  Helper of class 6EM  klashelper@demo.test / demo-schoolloket-2026"
	@echo "  Operator             operator@demo.test / demo-schoolloket-2026"
	@echo "  Its mails            http://localhost:$(PORT)/demo/mails/"
	@echo "  Stop with Ctrl-C"
	@echo

demo: demo-sign-in ## a school to try, on http://localhost:8000/ (another port: make demo PORT=8010)
	@$(DEMO) exec $(BIN)/gunicorn schoolloket.wsgi --config deploy/gunicorn.conf.py \
	  --bind 127.0.0.1:$(PORT) --workers $(WORKERS) --log-level warning

demo-reset: ## the demo, with its data made anew
	rm -rf .demo
	@$(MAKE) --no-print-directory demo

# Development -----------------------------------------------------------------------------------

run: PORT = 8001
run: .venv/dev demo-sign-in ## a development server that reloads, with the demo's data, on port 8001
	@$(DEMO) DEBUG=1 $(BIN)/python manage.py runserver 127.0.0.1:$(PORT)

check: .venv/dev ## what a merge needs besides the tests: style, types, templates
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy .
	$(BIN)/djlint templates --check --quiet
	$(BIN)/djlint templates --lint --quiet

fix: .venv/dev ## mend style and layout, where ruff and djlint can
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/djlint templates --reformat --quiet

test: .venv/dev browser ## the whole suite, browser included
	$(BIN)/python -m pytest -n auto $(PYTEST_ARGS)

# Ends with a table of what was tried and lost, even when a test failed.
faults: .venv/dev ## the long form of tests/faults, half an hour (PostgreSQL: DATABASE_URL)
	@rm -f .faults.jsonl
	@FAULTS=long FAULTS_FIGURES=$(CURDIR)/.faults.jsonl \
	  $(BIN)/python -m pytest -n auto tests/faults $(PYTEST_ARGS); status=$$?; \
	  $(BIN)/python -m tests.faults.figures .faults.jsonl; exit $$status

# Ten thousand made-up files through the importer, each read by a process of its own, and a thousand
# good lists that were damaged.
# Then the files that cost most, in full, on a running desk: fails for one above its bounds.
hostile: .venv/dev ## ten thousand hostile files through the importer, an hour or two
	$(BIN)/python -m pytest --hostile-files 10000 tests/students/importing/test_properties.py \
	  -k crashes_or_hangs
	$(BIN)/python -m pytest --hostile-files 1000 tests/students/importing/test_damage.py
	$(BIN)/python -m benchmarks.hostile_files --strict

# Half a thousand hostile names and a school of 5,000 in every format: what is written is read back
# from the file, codes and passwords from the picture of its pages too.
paper: .venv/dev ## everybody's card on every paper, half an hour
	$(BIN)/python -m pytest --paper-cards 5000 tests/credentials/rendering $(PYTEST_ARGS)

bench: .venv/dev ## how fast the desk is, as ratios
	$(BIN)/python -m benchmarks.renewal
	$(BIN)/python -m benchmarks.sign_ins
	$(BIN)/python -m benchmarks.flood
	$(BIN)/python -m benchmarks.importing
	$(BIN)/python -m benchmarks.hostile_files

lock: .venv/dev ## newer versions of all dependencies, locked with hashes
	$(BIN)/pip install --quiet uv
	$(BIN)/uv pip compile --quiet --upgrade --generate-hashes --no-header --no-emit-index-url \
	  --no-emit-find-links --no-strip-extras --python-version 3.11 pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile --quiet --upgrade --generate-hashes --no-header --no-emit-index-url \
	  --no-emit-find-links --no-strip-extras --python-version 3.11 --extra dev -c requirements.lock \
	  pyproject.toml -o requirements-dev.lock
