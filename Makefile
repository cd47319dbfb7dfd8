# Two commands do all the set-up: `make demo` and `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: demo test check browser screenshots audit chaos bench-paint bench-intake bench-pages bench-crashes bench-triage docs clean

$(READY): requirements.lock pyproject.toml tools/system-packages
	$(PYTHON) tools/check-python
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --require-hashes --requirement tools/uv.lock
	$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes --requirement requirements.lock
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --editable .
	sh tools/system-packages
	touch $(READY)

demo: $(READY)
	$(BIN)/paramedic demo $(if $(KEEP),--keep)

test: check browser
	$(BIN)/pytest -n 2 --dist loadfile

check: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

browser:
	sh tools/system-packages chromium

screenshots: $(READY) browser
	$(BIN)/python -m bench.screenshots

bench-paint: $(READY) browser
	$(BIN)/python -m bench.paint

audit: $(READY)
	$(BIN)/pip-audit --require-hashes --disable-pip --requirement requirements.lock

chaos: $(READY)
	$(BIN)/python -m bench.chaos

bench-intake: $(READY)
	$(BIN)/python -m bench.intake

bench-pages: $(READY)
	$(BIN)/python -m bench.pages

bench-triage: $(READY)
	$(BIN)/python -m bench.triage

bench-crashes: $(READY)
	$(BIN)/python -m bench.crashes $(if $(CASES),--cases $(CASES))

docs: $(READY)
	$(BIN)/paramedic doctor --write-reference docs/configuration.md

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .import_linter_cache
