# All targets use .venv in the project's root. `make demo` installs the lean runtime alone;
# every other target installs what training and tests need besides. `make docs` has .venv-docs.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin

.PHONY: demo test setup check bench binary docs reference lock clean

demo: $(VENV)/.edge
	@rm -rf demo-pictures demo-summary.json
	$(BIN)/millsight run --frames 300 --summary demo-summary.json --pictures demo-pictures
	@echo "The summary is in demo-summary.json, the frames with defects are in demo-pictures/."

# Tests read and write UTF-8, whatever the shell's locale is.
test bench: export PYTHONUTF8 := 1

# A worker for each core, whole files each; more than four gain nothing and take 2 GB each.
test: check
	$(BIN)/python -m pytest -n auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder

setup: $(VENV)/.dev

check: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# On a machine that does nothing else: benchmarks, and the tests that hold a real clock to a limit.
bench: $(VENV)/.dev
	$(BIN)/python -m pytest benchmarks --benchmark-only
	$(BIN)/python -m pytest tests -m timed

# What the device's runtime does without; some of it is installed here for training and tests.
LEFT_OUT := train export benchmarks tensorflow keras scipy matplotlib pycocotools onnx onnxruntime \
            openvino pyarrow pandas PIL gi hypothesis pytest setuptools pip tkinter

# One file for devices without Python, built and then tested: dist/millsight.
binary: $(VENV)/.binary
	$(BIN)/pyinstaller --onefile --noconfirm --clean --log-level WARN --name millsight \
	  --collect-submodules edge --collect-data edge.bundles --copy-metadata ai-edge-litert \
	  $(addprefix --exclude-module ,$(LEFT_OUT)) \
	  --distpath dist --workpath build/binary --specpath build/binary edge/__main__.py
	MILLSIGHT_BINARY=dist/millsight $(BIN)/python -m pytest tests/test_binary.py
	@echo "dist/millsight: $$(($$(stat -c %s dist/millsight) / 1000000)) MB"

# The site, in site/: a broken link fails, in one line. No network is needed to read it.
docs: .venv-docs/.docs
	.venv-docs/bin/sphinx-build -q -W --keep-going -E -c docs -d build/doctrees . site
	@echo "The documents are in site/index.html."

# The pages that are written from commands and configuration: docs/reference/.
reference: $(VENV)/.dev
	$(BIN)/python docs/reference.py

# Pinned versions with hashes, for every platform and Python that pyproject.toml admits.
lock: $(VENV)/.dev
	$(BIN)/pip install --quiet 'uv>=0.9,<1'
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-annotate --no-header --python-version 3.11 -c locks/constraints.txt pyproject.toml -o locks/edge.txt
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-annotate --no-header --python-version 3.11 -c locks/constraints.txt --extra export --extra dev pyproject.toml -o locks/dev.txt
	$(BIN)/python -c "import tomllib; print(*tomllib.load(open('pyproject.toml', 'rb'))['project']['optional-dependencies']['docs'], sep='\n')" | \
	  $(BIN)/uv pip compile --quiet --universal --generate-hashes --no-annotate --no-header --python-version 3.11 -o locks/docs.txt -

clean:
	rm -rf $(VENV) .venv-docs site dist build *.egg-info

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' || { \
	  echo "millsight needs Python 3.11, 3.12 or 3.13; this is $$($(PYTHON) --version). Name another: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.edge: locks/edge.txt pyproject.toml | $(BIN)/python
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r locks/edge.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps -e .
	@touch $@

$(VENV)/.dev: locks/dev.txt pyproject.toml | $(BIN)/python
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r locks/dev.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps -e .
	@touch $@ $(VENV)/.edge

.venv-docs/.docs: locks/docs.txt | $(BIN)/python
	$(BIN)/python -m venv .venv-docs
	.venv-docs/bin/pip install --quiet --disable-pip-version-check --require-hashes -r locks/docs.txt
	@touch $@

$(VENV)/.binary: pyproject.toml $(VENV)/.dev
	$(BIN)/pip install --quiet --disable-pip-version-check -e '.[binary]'
	@touch $@
