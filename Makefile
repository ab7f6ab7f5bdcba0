# make run: the dashboard. make test: everything CI runs. make bench: against its peers, on a machine that does nothing
# else (BENCH="--only embedding,first-vector" for some of it). Each sets up what it needs, once.
PYTHON ?= $(shell command -v python3.11 || command -v python3.12 || command -v python3.13 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8501
# Many processes start here: each would compile everything anew where keeping what was compiled is switched off.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: run hosted test check unit browser bench clean

run: $(VENV)/.run
	@echo "Vecassay: http://127.0.0.1:$(PORT)  (Ctrl-C ends it)"
	@exec $(BIN)/streamlit run app.py --server.port $(PORT)

# The vendors' libraries for hosted models: OpenAI, Voyage, Cohere, Google.
hosted: $(VENV)/.hosted

test: check unit

check: $(VENV)/.test
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy core

# Most tests wait for a process, a browser or a worker: three at a time keep two cores busy.
unit: $(VENV)/.test browser
	tests/with_postgres.sh $(BIN)/python -m pytest -n 3 --dist loadfile --no-loadscope-reorder

# About half an hour; ends with 1 when a floor does not hold.
bench: $(VENV)/.bench browser
	$(BIN)/python -W ignore -m benchmarks $(BENCH)

browser: $(VENV)/.test
	@tests/find_browser.sh $(BIN)

$(VENV)/.made:
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' || \
	  { echo "Vecassay needs Python 3.11 to 3.13; $(PYTHON) is another. Set PYTHON=/path/to/python3.11"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	@touch $@

# torch first and by itself: with it there, nothing pulls a build with gigabytes of CUDA.
$(VENV)/.run: requirements.txt $(VENV)/.made
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

$(VENV)/.hosted: requirements-hosted.txt $(VENV)/.run
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-hosted.txt
	@touch $@

$(VENV)/.test: requirements-dev.txt requirements-hosted.txt $(VENV)/.run
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@

# Without what they ask for: a peer must not change the versions that the dashboard runs with.
$(VENV)/.bench: benchmarks/requirements.txt $(VENV)/.test
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -r benchmarks/requirements.txt
	@touch $@

clean:
	rm -rf $(VENV)
