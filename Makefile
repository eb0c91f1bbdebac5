# Needs python3, make and git; everything else is fetched (uv, Python packages, Node for the build).
SHELL := /bin/sh
.SHELLFLAGS := -eu -c
.DEFAULT_GOAL := help
UV := ./.ci/uv
BIN := .venv/bin
JOBS ?= 2
# Compiled modules are kept even where the environment says otherwise (container images often do): without them every
# process compiles the whole program anew, two to five seconds each.
export PYTHONDONTWRITEBYTECODE :=
PORT ?= 8000
TEST_SETTINGS := DJANGO_SETTINGS_MODULE=aftersales.config.settings_test PYTHONPATH=.
# The real settings as a public site has them; nothing is connected to.
DEPLOYED = DJANGO_SETTINGS_MODULE=aftersales.config.settings DATABASE_URL=postgresql://nobody@127.0.0.1:1/none \
    AFTERSALES_SECRET_KEY=$$($(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(64))') \
    AFTERSALES_HOSTS=service.example AFTERSALES_MAIL_URL=smtp://mail.example/ \
    AFTERSALES_HTTPS=1 AFTERSALES_HSTS_SUBDOMAINS=1
SOURCES := src tests bench hatch_build.py conftest.py .ci/pins.py
# Formatting and lint look only at what is there.
PRESENT = $(wildcard $(SOURCES))

.PHONY: help build demo serve test check fix bench bench-planning screenshots messages pins clean

help: ## This list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-15s %s\n", $$1, $$2}'

build: ## Everything installed in .venv, front end built
	@$(UV) sync --quiet

demo: build ## A believable dealer on http://127.0.0.1:8000, its people and passwords printed
	@$(BIN)/aftersales demo --serve --port $(PORT)

serve: build ## The site on the data that is there
	@$(BIN)/aftersales serve --migrate --port $(PORT)

test: build ## All tests (PYTEST="-k name" narrows them)
	@./.ci/chromium
	@$(BIN)/python -m pytest -n $(JOBS) --dist worksteal $(PYTEST)

check: build ## Format, lint, types, layers, templates, migrations, deployment settings
	@status=0; \
	step() { printf '%-28s ' "$$1"; shift; if out=$$("$$@" 2>&1); then echo ok; else echo FAILED; echo "$$out"; status=1; fi; }; \
	step "ruff format" $(BIN)/ruff format --check --quiet $(PRESENT); \
	step "ruff" $(BIN)/ruff check --quiet $(PRESENT); \
	step "mypy" $(BIN)/mypy; \
	step "import layers" $(BIN)/lint-imports; \
	step "templates" $(BIN)/djlint src/aftersales --lint --quiet; \
	step "migrations" env $(TEST_SETTINGS) $(BIN)/python -W ignore::RuntimeWarning -m django makemigrations --check --dry-run; \
	step "deployment settings" env $(DEPLOYED) $(BIN)/python -m django check --deploy --fail-level WARNING; \
	exit $$status

fix: build ## Format, and repair what ruff can repair
	@$(BIN)/ruff check --fix --quiet $(PRESENT) || true
	@$(BIN)/ruff format $(PRESENT)

bench: build ## The load drivers of bench/
	@$(BIN)/python -m bench

bench-planning: build ## The planners against published results (QUICK=1 in small)
	@$(BIN)/python -m bench.planning $(if $(QUICK),--quick)

screenshots: build ## Pictures of the screens, from the demo dealer
	@./.ci/chromium
	@$(BIN)/python -m pytest -p no:xdist tests/screenshots --screenshots

messages: build ## Texts that lack a Chinese translation; compile the translations
	@$(BIN)/python -m aftersales.locale.merge
	@$(BIN)/python -m tests.house.messages

pins: ## Newest versions that fit, tested by you, written into pyproject.toml
	@$(UV) run --no-project --python 3.13 python .ci/pins.py clear
	@$(UV) lock --upgrade
	@$(UV) run --no-project --python 3.13 python .ci/pins.py
	@$(UV) lock

clean: ## Remove everything that was built (no data)
	@rm -rf .venv .tools node_modules frontend/node_modules src/aftersales/web/static/dist dist .pytest_cache .mypy_cache \
	    .ruff_cache .hypothesis .import_linter_cache test-results
