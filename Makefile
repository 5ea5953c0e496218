# make          environment and pipeline: everything from the download to reports/index.html
# make DATASET=fashion-mnist     the same for another data set (see params.yaml)
# make test     the tests
# make compare REVS="main softer"    which commit, branch or experiment is better, and why, in one
#               page; METRIC=log_likelihood ranks by another number than the ELBO
# make claims   what the literature says of VAEs, put to the test: writes reports/claims.md
# make sweep SWEEP=sweeps/beta.yaml    many settings, each a DVC experiment, on every core or on other
#               machines (sweeps/README.md): writes reports/sweeps/beta.html
# make scores   published settings, trained here: writes scores/scores.md
# make bench    speed, beside a peer's way in the same run: writes benchmarks/results.md, sweeps.md
# make audit    a bill of what is installed, sbom.json, and its known vulnerabilities
# make chaos    kills and damages runs at random for some MINUTES, and counts what survives
# make deps     writes the code dependencies of every stage into dvc.yaml, after a change of imports

PYTHON ?= python3
BIN := .venv/bin
AUDIT := .venv/audit/bin
# `python` in dvc.yaml is the environment's; a $ in a path is no variable
export PATH := $(CURDIR)/$(BIN):$(value PATH)
# each stage starts with torch and matplotlib loaded; without it the same, more slowly
FORKS := python -P pipeline/forkserver.py
# dvc takes stages from a set, and dvc.lock holds them in the order of their first run
export PYTHONHASHSEED := 0

ifneq ($(wildcard ../shared),)
export DATASET_MIRROR ?= $(abspath ../shared)
endif

.PHONY: report test compare claims scores sweep bench audit chaos deps lock
report: $(BIN)/ready
	@python -m pipeline.recover || { rm -rf pipeline/__pycache__ && python -m pipeline.recover; }
	@python -m pipeline.fetch data/archives $(DATASET); \
	case $$? in \
	0) $(if $(DATASET),python -m pipeline.choose $(DATASET)) ;; \
	69) printf '\n*** GOING ON WITH THE EMBEDDED digits DATA INSTEAD ***\n\n'; \
	    python -m pipeline.choose digits ;; \
	*) exit 1 ;; \
	esac && $(FORKS) dvc repro
	@echo "The report lies in reports/report.md and, with its pages, in reports/index.html."

test: $(BIN)/ready $(BIN)/sweeps
	ruff check . && ruff format --check . && oxlint -c pages/.oxlintrc.json pages && zizmor -q --offline .
	mypy & types=$$!; pytest -n logical --dist loadscope --no-loadscope-reorder && wait $$types

compare: $(BIN)/ready
	@python -m pages.compare pages/compare pages/shared.css reports reports/compare.html -- "$(REVS)" "$(METRIC)"
	@echo "The comparison lies in reports/compare.html."

claims: report
	$(FORKS) dvc repro claims/dvc.yaml
	@echo "What was found lies in reports/claims.md."

scores: report
	$(FORKS) dvc repro scores/dvc.yaml
	@echo "The scores lie in scores/scores.md."

sweep: $(BIN)/sweeps
	@python -m pipeline.recover
	@python -m sweeps $(SWEEP) pages/sweep pages/shared.css reports

bench: $(BIN)/sweeps
	python -m benchmarks.bench
	python -m benchmarks.sweeps

audit: $(AUDIT)/ready
	zizmor . # with GH_TOKEN it asks GitHub for the actions, too
	$(AUDIT)/cyclonedx-py environment --pyproject pyproject.toml -o sbom.json $(BIN)/python
	$(AUDIT)/pip-audit --strict --disable-pip --require-hashes $(addprefix -r ,$(wildcard requirements*.txt))

chaos: $(BIN)/ready
	python -m tests.chaos --minutes $(or $(MINUTES),60) --seed $(or $(SEED),0)

deps: $(BIN)/ready
	python -m pipeline.deps

# after a change of the dependencies in pyproject.toml
LOCK := -q --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url
lock: $(BIN)/ready
	uv pip compile $(LOCK) pyproject.toml --group dev -o requirements.txt
	uv pip compile $(LOCK) --group audit --constraint requirements.txt -o requirements-audit.txt
	uv pip compile $(LOCK) --group sweep --constraint requirements.txt -o requirements-sweep.txt
	uv --version | sed 's/^uv \([^ ]*\).*/uv==\1/' | uv pip compile $(LOCK) - -o requirements-uv.txt

# what a source distribution is built with is pinned, too
INSTALL := pip install --quiet --require-hashes --require-build-hashes --build-constraint requirements.txt
$(BIN)/ready: requirements-uv.txt requirements.txt
	@$(PYTHON) -c 'import sys; v = "%d.%d" % sys.version_info[:2]; \
	  sys.exit(sys.version_info < (3, 11) and "Python >= 3.11 is needed, " + v + " found: make PYTHON=...")'
	$(PYTHON) -m venv --clear .venv # an installation that was interrupted leaves half a package
	$(BIN)/python -m pip install --quiet --require-hashes --only-binary :all: -r requirements-uv.txt
	$(BIN)/uv $(INSTALL) --python $(BIN)/python --compile-bytecode -r requirements.txt
	@touch $@

# Dask, of which only sweeps have need
$(BIN)/sweeps: requirements-sweep.txt $(BIN)/ready
	uv $(INSTALL) --python $(BIN)/python --compile-bytecode -r requirements-sweep.txt
	@touch $@

$(AUDIT)/ready: requirements-audit.txt $(BIN)/ready
	uv venv --quiet --clear .venv/audit
	uv $(INSTALL) --python $(AUDIT)/python -r requirements-audit.txt
	@touch $@
