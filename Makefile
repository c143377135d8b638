# Needs Python 3.11 or newer, git and make; everything else goes into .venv, from hash-locked files.
# Paths are relative and tools start as `python -m …`: the directory may have a space in its name,
# and the first line of an installed script may not.

PYTHON ?=
UV ?= uv
PY := .venv/bin/python
PIP := $(PY) -m pip -qq --disable-pip-version-check --no-input
PYTEST := $(PY) -m pytest -q -n auto --maxprocesses 8

# A caller's Python settings must not reach into .venv. Without byte code every start would compile everything again.
unexport PYTHONPATH PYTHONHOME PYTHONDONTWRITEBYTECODE PIP_TARGET PIP_PREFIX PIP_REQUIREMENT PIP_CONSTRAINT
export PIP_USER := 0
export PYTHONNOUSERSITE := 1

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo test e2e runners servers check lint bench bench-data bench-eval lock docs suites clean

help:  ## print this list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile

demo: .venv/demo.stamp  ## gate four pull requests with small real models: no key, no GPU, nothing leaves this machine
	@$(PY) -m mist_ci demo

# More workers than cores: tests of whole runs mostly wait, as GitHub wants a second between two writes.
test: .venv/dev.stamp  ## every test
	@$(PYTEST) -n 4 --dist worksteal

e2e: .venv/dev.stamp  ## the container, the workflow and the twin, really run (root on Debian, or a running Docker)
	@tests/docker/e2e.sh $(PY)

runners: .venv/dev.stamp .runners/python.stamp .runners/node.stamp  ## run Inspect, promptfoo and lm-eval for real, and import what they write
	@MIST_CI_RUNNERS=.runners $(PYTEST) -n 0 -rs tests/runners

servers: .venv/dev.stamp .servers/python.stamp .servers/node.stamp .servers/llama.stamp  ## ask llama-server and aimock for real, and hold the vendors' schemas current
	@.servers/venv/bin/python tests/servers/vendor_schemas.py tests/data/vendors
	@MIST_CI_SERVERS=.servers $(PYTEST) -n 0 -rs tests/servers

check: lint  ## linters, types, walls and the quick unit tests: for every commit
	@echo "check: unit tests"
	@$(PYTEST) --dist loadfile --hypothesis-profile quick -m "not slow" tests/unit mist_ci

lint: .venv/dev.stamp  ## linters, types and walls
	@echo "check: unfinished marks"
	@! grep -rnE 'TODO|FIXME|XXX|HACK|NotImplementedError' --include='*.py' --include='*.j2' mist_ci
	@echo "check: ruff"
	@$(PY) -m ruff check --quiet .
	@$(PY) -m ruff format --check --quiet .
	@echo "check: mypy"
	@$(PY) -m mypy --no-error-summary
	@echo "check: walls"
	@$(PY) -c 'from importlinter.cli import lint_imports_command as main; main()' --no-logo
	@echo "check: dependencies"
	@$(PY) -m deptry mist_ci examples
	@echo "check: dead code"
	@$(PY) -m vulture

bench: .venv/dev.stamp  ## run everything in benchmarks/
	@set -e; for file in benchmarks/*.py; do \
	  [ -e "$$file" ] || { echo "benchmarks/ has no programs"; break; }; \
	  echo "== $$file"; $(PY) "$$file"; \
	done

# Five other checkers, each in a Python of its own: pip fetches them once, after that nothing needs a network.
bench-data: .venv/dev.stamp  ## 300 files with one defect each: what is caught here and by other checkers; writes benchmarks/data/RESULTS.md
	@$(PY) -m benchmarks.data.peers
	@$(PY) -m benchmarks.data.score

# promptfoo and Inspect are measured where `make runners` has installed them; without them there are no ratios.
bench-eval: .venv/dev.stamp  ## what an evaluation costs, beside promptfoo and Inspect; writes benchmarks/eval/RESULTS.md
	@$(PY) -m benchmarks.eval --write

docs: .venv/dev.stamp  ## write the generated pages again
	@$(PY) docs/generate.py

suites: .venv/dev.stamp  ## write the ready-made suites again
	@$(PY) -m suites.generators

# Each lock follows the ones before it, so that a package has one version in all of them.
LOCK := $(UV) pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
  --no-emit-index-url --no-header --exclude-newer '7 days'

lock:  ## resolve requirements/ again, without releases younger than a week (needs uv)
	@command -v $(UV) >/dev/null || { echo "make lock needs uv: make lock UV=/path/to/uv" >&2; exit 1; }
	$(LOCK) pyproject.toml -o requirements/runtime.txt
	$(LOCK) pyproject.toml --extra demo -c requirements/runtime.txt -o requirements/demo.txt
	$(LOCK) --group build -c requirements/demo.txt -o requirements/build.txt
	$(LOCK) pyproject.toml --extra demo --extra data --extra text-metrics -c requirements/demo.txt -o requirements/data.txt
	$(LOCK) pyproject.toml --extra demo --extra data --extra query --extra text-metrics --group dev -c requirements/data.txt -c requirements/demo.txt -c requirements/build.txt \
	  -o requirements/dev.txt
	$(LOCK) --group runners -o tests/runners/python.txt
	$(LOCK) --group servers -o tests/servers/python.txt

clean:  ## remove .venv, caches and results
	rm -rf .venv .runners .servers .peers .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache dist mist-results demo-output
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# A stamp is written last: an interrupted installation starts again, a finished one is not repeated.
# .venv itself is kept when its pip works. A shim named python3.13 may exist without a Python behind it,
# so a candidate has to run before it is chosen.
.venv/venv.stamp:
	@if ! $(PY) -m pip --version >/dev/null 2>&1; then \
	  for python in "$(PYTHON)" python3.13 python3.12 python3.11 python3; do \
	    [ -n "$$python" ] || continue; \
	    "$$python" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 || continue; \
	    echo "Making .venv with $$("$$python" --version)"; \
	    "$$python" -m venv --clear .venv && touch $@ && exit 0; exit 1; \
	  done; \
	  echo "No working Python 3.11 or newer with venv found: make PYTHON=/path/to/python" >&2; exit 1; \
	fi; touch $@

.venv/demo.stamp: .venv/venv.stamp requirements/demo.txt requirements/build.txt pyproject.toml
	@echo "Installing what the demo needs into .venv (once)"
	@$(PIP) install --require-hashes -r requirements/demo.txt -r requirements/build.txt
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

# The development set contains the demo's and the build's.
.venv/dev.stamp: .venv/venv.stamp requirements/dev.txt pyproject.toml
	@echo "Installing the development tools into .venv (once)"
	@$(PIP) install --require-hashes -r requirements/dev.txt
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch .venv/demo.stamp $@

# Evaluators of other people, two gigabytes and more: only `make runners` wants them. The lock is complete, and --no-deps
# keeps pip from asking for hashes of extras (`typepy[datetime]`) that uv writes without them.
.runners/python.stamp: .venv/venv.stamp tests/runners/python.txt
	@echo "Installing Inspect and lm-eval into .runners (once)"
	@$(PY) -m venv --clear .runners/venv
	@.runners/venv/bin/python -m pip -qq --disable-pip-version-check --no-input install --no-deps --require-hashes \
	  -r tests/runners/python.txt
	@touch $@

# promptfoo wants Node 22.22 or newer; the package `node` brings one, whatever is installed here.
.runners/node.stamp: tests/runners/package.json tests/runners/package-lock.json
	@echo "Installing promptfoo into .runners (once)"
	@mkdir -p .runners/node
	@cp tests/runners/package.json tests/runners/package-lock.json .runners/node
	@npm ci --prefix .runners/node --omit-lockfile-registry-resolved --no-audit --no-fund --loglevel error
	@touch $@

# Vendors' own packages, whose types say what they take and give, and gguf for the example's models.
.servers/python.stamp: .venv/venv.stamp tests/servers/python.txt
	@echo "Installing the vendors' packages into .servers (once)"
	@$(PY) -m venv --clear .servers/venv
	@.servers/venv/bin/python -m pip -qq --disable-pip-version-check --no-input install --no-deps --require-hashes \
	  -r tests/servers/python.txt
	@touch $@

.servers/node.stamp: tests/servers/package.json tests/servers/package-lock.json
	@echo "Installing aimock into .servers (once)"
	@mkdir -p .servers/node
	@cp tests/servers/package.json tests/servers/package-lock.json .servers/node
	@npm ci --prefix .servers/node --omit-lockfile-registry-resolved --no-audit --no-fund --loglevel error
	@touch $@

# Where Debian's archive cannot be reached its tests are skipped and say so; the others run.
.servers/llama.stamp: .servers/python.stamp tests/servers/llama.sh tests/servers/to_gguf.py
	@echo "Unpacking llama-server into .servers (once)"
	@rm -rf .servers/llama
	@tests/servers/llama.sh .servers/llama || rm -rf .servers/llama
	@[ ! -d .servers/llama ] || .servers/venv/bin/python tests/servers/to_gguf.py .servers/llama/root/models
	@touch $@
