# make serve: set everything up and run the newsroom on releases/. make test: set everything up and run the tests.
# CONTRIBUTING.md says what the others are for.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin

# Given to every run of the tests. A file's tests stay in one process, for what they share is made once; the files with
# few long tests are not left for the end. There is a process more than there are cores, for many a test waits.
PYTEST := -m pytest --numprocesses $(shell expr $$(getconf _NPROCESSORS_ONLN) + 1) --maxprocesses 4 --dist loadfile --no-loadscope-reorder

# Python keeps what it has compiled, also where images set this: a command starts three times as fast, and tests start many.
export PYTHONDONTWRITEBYTECODE :=

# What pyproject.toml names under optional-dependencies; each has a lock of its own.
EXTRAS  := documents metrics opensearch pictures
COMPILE := $(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --upgrade --quiet \
	pyproject.toml --group build

.PHONY: anew serve test test-opensearch faults fix lint coverage coverage-report matrix bench bench-ranking locales pictures lock sbom dist clean

serve: $(VENV)/.serve
	$(BIN)/feedsrv serve

# With COVERAGE=1 it is noted which lines ran, in this and in all child processes, for make coverage-report.
test: $(VENV)/.dev
	$(if $(COVERAGE),$(BIN)/python -m coverage erase)
	$(BIN)/python $(if $(COVERAGE),-m coverage run) $(PYTEST)

coverage: COVERAGE := 1
coverage: test coverage-report

coverage-report: $(VENV)/.dev
	$(BIN)/python -m coverage combine --quiet
	$(BIN)/python -m coverage report --skip-covered

# Kills, injected failures and ten minutes of everything at once: what takes too long for every run.
faults: $(VENV)/.dev
	$(BIN)/python -m pytest tests/faults -m bench -v --capture=no

# The contract of the search index and the pages over a real cluster, which Java 21 or newer and Maven are needed for.
test-opensearch: $(VENV)/.dev
	$(BIN)/python -m tests.opensearch 3 -q -n0 -k "not whoosh" -m "not bench and not embedded" tests/test_search_contract.py tests/opensearch \
		$(wildcard tests/test_web_*.py)

matrix: $(VENV)/.dev
	$(BIN)/nox --session tests oldest whooshes

fix: $(VENV)/.dev
	$(BIN)/ruff format
	$(BIN)/ruff check --fix

lint: $(VENV)/.dev
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/python -m pip check

bench: $(VENV)/.dev
	$(BIN)/python -m bench

bench-ranking: $(VENV)/.dev
	$(BIN)/python -m bench.ranking $(COLLECTIONS)

# Whether a Python can run a line.
can     = $(shell $(1) -c '$(2)' >/dev/null 2>&1 && echo yes)
IS_NEW := import sys; sys.exit(sys.version_info < (3, 11))
HAS_ENV := import ensurepip, venv

# A virtual environment whose Python is gone or too old is made anew, whatever its stamps say.
ANEW := $(if $(wildcard $(VENV)),$(if $(call can,$(BIN)/python,$(IS_NEW)),,anew))

# Each lock is complete in itself, so whoever only serves installs nothing that only developers need.
$(VENV)/.serve: requirements.lock pyproject.toml $(ANEW)
	$(if $(call can,$(PYTHON),$(IS_NEW)),,$(error feedsrv needs Python 3.11 or newer, which $(PYTHON) is not; name one that is: make PYTHON=python3.12))
	$(if $(call can,$(PYTHON),$(HAS_ENV)),,$(error $(PYTHON) cannot make virtual environments; on Debian and Ubuntu: apt install python3-venv))
	$(PYTHON) -m venv $(if $(ANEW),--clear) $(VENV)
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: requirements-dev.lock $(VENV)/.serve
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements-dev.lock
	@touch $@

# What is new in the code has no translation yet, and what is gone from it is gone; a changed one is to be looked at.
BABEL := $(BIN)/pybabel --quiet
LOCALES := feedsrv/locales
locales: $(VENV)/.dev
	$(BABEL) extract --mapping babel.cfg --keywords Message --no-location --omit-header --width 120 \
		--output $(LOCALES)/messages.pot feedsrv
	$(if $(LANGUAGE),$(BABEL) init -i $(LOCALES)/messages.pot -l $(LANGUAGE) -o $(LOCALES)/$(LANGUAGE).po --width 120)
	for file in $(LOCALES)/*.po; do $(BABEL) update --input-file $(LOCALES)/messages.pot --output-file $$file \
		--locale $$(basename $$file .po) --ignore-obsolete --ignore-pot-creation-date --width 120 || exit 1; done
	rm $(LOCALES)/messages.pot

# The pictures of the guides, of pages as they are now.
pictures: $(VENV)/.dev
	$(BIN)/python -m bench.pictures

# Where a package is in several locks, it is the same in all.
lock: $(VENV)/.dev
	$(COMPILE) -o requirements.lock
	$(foreach extra,$(EXTRAS),$(COMPILE) --extra $(extra) -c requirements.lock -o requirements-$(extra).lock &&) true
	$(COMPILE) --all-extras --group dev $(EXTRAS:%=-c requirements-%.lock) -o requirements-dev.lock

sbom: $(VENV)/.dev
	$(BIN)/nox --session sbom

# What is carried to other machines: the wheel is built from the source distribution, so that nothing is missing there.
dist: $(VENV)/.serve
	rm -rf build dist
	$(BIN)/python -c "from setuptools.build_meta import build_sdist; build_sdist('dist')" >/dev/null
	$(BIN)/python -m pip wheel --quiet --no-deps --no-build-isolation --wheel-dir dist dist/*.tar.gz
	cp -R requirements.lock $(EXTRAS:%=requirements-%.lock) deploy docs/sbom.json docs/licences.md dist

clean:
	rm -rf $(VENV) build dist *.egg-info .coverage .coverage.* .hypothesis .mypy_cache .nox .pytest_cache .ruff_cache
	find . -name __pycache__ -prune -exec rm -rf {} +
