# make demo   a school to try: http://127.0.0.1:8000
# make test   the whole suite, browser included
# make faults the long form of tests/faults: half an hour, on SQLite or on DATABASE_URL's PostgreSQL

PYTHON ?= python3.11
PORT ?= 8000
WORKERS ?= 2
PYTEST_ARGS ?=
BIN := .venv/bin

.PHONY: demo demo-data demo-reset test faults hostile check lock bench browser

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

DEMO := set -a && . ./.demo/env && set +a && export DEMO=1 \
	DESK_URL=http://127.0.0.1:$(PORT) DATABASE_URL=sqlite:///$(CURDIR)/.demo/demo.sqlite3 &&

demo-data: .venv/run .demo/env
	@$(DEMO) $(BIN)/python manage.py migrate --verbosity 0
	@$(DEMO) $(BIN)/python manage.py createcachetable
	@$(DEMO) $(BIN)/python manage.py make_demo
	@$(DEMO) $(BIN)/python manage.py collectstatic --no-input --verbosity 0

demo: demo-data
	@echo
	@echo "  LeerID Schoolloket   http://127.0.0.1:$(PORT)/"
	@echo "  Both schools         beheerder@demo.test / demo-schoolloket-2026"
	@echo "  Gent only            gent@demo.test / demo-schoolloket-2026"
	@echo "  Stop with Ctrl-C"
	@echo
	@$(DEMO) exec $(BIN)/gunicorn schoolloket.wsgi --bind 127.0.0.1:$(PORT) \
	  --workers $(WORKERS) --threads 4 --log-level warning

demo-reset:
	rm -rf .demo
	@$(MAKE) --no-print-directory demo

# Development -----------------------------------------------------------------------------------

check: .venv/dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy .

test: .venv/dev browser
	$(BIN)/python -m pytest -n auto $(PYTEST_ARGS)

# Ends with what was tried, what landed and what was lost, whatever the tests said.
faults: .venv/dev
	@rm -f .faults.jsonl
	@FAULTS=long FAULTS_FIGURES=$(CURDIR)/.faults.jsonl \
	  $(BIN)/python -m pytest -n auto tests/faults $(PYTEST_ARGS); status=$$?; \
	  $(BIN)/python -m tests.faults.figures .faults.jsonl; exit $$status

# Ten thousand made-up files through the importer, each read by a process of its own; an hour or two.
hostile: .venv/dev
	$(BIN)/python -m pytest --hostile-files 10000 tests/students/test_import_properties.py \
	  -k crashes_or_hangs

bench: .venv/dev
	$(BIN)/python -m benchmarks.renewal
	$(BIN)/python -m benchmarks.sign_ins
	$(BIN)/python -m benchmarks.importing

# Newer versions, with hashes and without any address.
lock: .venv/dev
	$(BIN)/pip install --quiet uv
	$(BIN)/uv pip compile --quiet --upgrade --generate-hashes --no-header --no-emit-index-url \
	  --no-emit-find-links --python-version 3.11 pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile --quiet --upgrade --generate-hashes --no-header --no-emit-index-url \
	  --no-emit-find-links --python-version 3.11 --extra dev -c requirements.lock \
	  pyproject.toml -o requirements-dev.lock
