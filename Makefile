# Two commands: `make demo` to look at it, `make test` to prove it.
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
PORT ?= 8000
SCALE ?= 1

.PHONY: demo test beforehand machine test-rls bench docs matrix soak lint types messages lock clean

demo: $(VENV)/.demo
	$(BIN)/absurd-dashboard demo --port $(PORT) $(ARGS)

test:
	$(MAKE) --no-print-directory -j2 beforehand
	$(BIN)/python -m pytest -n auto --dist loadfile --no-loadscope-reorder

beforehand: machine lint types

# What the tests need besides .venv: needs nothing of it, so that both can be made at once.
machine:
	$(PYTHON) -m tests.ensure_browser
	$(PYTHON) -m tests.newest

# The dashboard's tests again, on a role that row-level security binds (docs/roles.md).
test-rls: $(VENV)/.test
	ABSURD_TEST_RLS=1 $(BIN)/python -m pytest -n auto --dist loadfile --no-loadscope-reorder \
	  tests/bulk tests/dashboard tests/operate tests/security tests/tenancy tests/understand

# SCALE=10 is 13.5 million tasks: a quarter of an hour to load, and 30 GB in build/bench.
bench: $(VENV)/.test
	$(BIN)/python -m benchmarks --scale $(SCALE) $(ARGS)

# The demo under traffic and open pages, while its database is ill-treated: make soak MINUTES=60
MINUTES ?= 10
soak: $(VENV)/.test
	$(BIN)/python -m tests.soak $(MINUTES)

# The documents as a site, in build/site.
docs: $(VENV)/.test
	$(BIN)/mkdocs build --strict --config-file docs/site/mkdocs.yml

# A part of the tests on each combination of Python, Django, PostgreSQL and engine that is here.
matrix: $(VENV)/.test
	$(BIN)/python -m tests.matrix $(ARGS)

lint: $(VENV)/.test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.test
	$(BIN)/mypy

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.demo: $(BIN)/python pyproject.toml constraints/demo.txt
	$(PIP) install --quiet --require-hashes -r constraints/demo.txt
	$(PIP) install --quiet --no-deps --no-build-isolation --editable .
	touch $@

$(VENV)/.test: $(BIN)/python pyproject.toml constraints/test.txt
	$(PIP) install --quiet --require-hashes -r constraints/test.txt
	$(PIP) install --quiet --no-deps --no-build-isolation --editable .
	touch $@

# Renew the catalogues of translations after changing a text (docs/languages.md).
messages: $(VENV)/.test
	$(BIN)/python -m tests.languages.catalogue

# Renew the pinned, hashed versions after changing a dependency in pyproject.toml.
lock: $(BIN)/python
	$(PIP) install --quiet uv
	for extra in serve demo test; do $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-annotate --no-header --custom-compile-command 'make lock' \
	  --extra $$extra pyproject.toml constraints/build.in -o constraints/$$extra.txt $(LOCKARGS); done
	$(BIN)/uv pip compile --quiet --universal --python-version 3.12 --generate-hashes --no-emit-index-url \
	  --no-annotate --no-header --custom-compile-command 'make lock' constraints/newest.in -o constraints/newest.txt

clean:
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache
