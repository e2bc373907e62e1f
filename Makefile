# Two commands for a newcomer: `make audit` and `make test`. Each does all its own set-up.
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
# The audits that `make audit` runs.
AUDITS ?= st-georges boston-mortgages

.DEFAULT_GOAL := help
.PHONY: help audit test spark lint format clean

help:
	@echo "make audit   run $(AUDITS) and say where the reports are"
	@echo "make test    run every test"
	@echo "make lint    style, types and import contracts"
	@echo "make clean   remove what these commands made"

$(VENV)/audit.stamp: pyproject.toml constraints.txt
	@command -v $(PYTHON) >/dev/null || { echo "$(PYTHON) is not installed; biasaudit needs Python 3.11 or later (make PYTHON=python3.12 …)"; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable ".[cases]"
	@touch $@

$(VENV)/test.stamp: $(VENV)/audit.stamp
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable ".[test]"
	@touch $@

# PySpark is 450 MB: only CI, and who asks for it, tests the counting on Spark.
$(VENV)/spark.stamp: $(VENV)/test.stamp
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable ".[spark]"
	@touch $@

spark: $(VENV)/spark.stamp

audit: $(VENV)/audit.stamp
	$(BIN)/biasaudit run $(AUDITS) --out reports
	@echo "The reports are: $(foreach name,$(AUDITS),reports/$(name)/report.html)"

test: $(VENV)/test.stamp
	$(BIN)/python -m pytest

lint: $(VENV)/test.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/test.stamp
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis build dist
