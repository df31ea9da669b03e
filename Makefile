.DEFAULT_GOAL := help
# Modules side by side, one more process than cores since some wait (four at most); plain `pytest` runs them one after the other.
PROCESSES := $(shell cores=$$(getconf _NPROCESSORS_ONLN); [ $$cores -lt 4 ] && echo $$((cores + 1)) || echo 4)
PYTEST := .venv/bin/python -m pytest -n $(PROCESSES) --dist loadfile --no-loadscope-reorder
.PHONY: help run train model test test-all before-tests lint screenshots environments test-environments clean

help: ## Say what can be done here
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

environments:
	@bash setup/environments.sh run

test-environments:
	@bash setup/environments.sh test
	@bash setup/services.sh

train: environments ## Make both environments and train the dialogue model when its inputs changed
	@.venv-rasa/bin/python -m bot train

run: train ## Start everything on this machine: phone simulator, console, channels
	@exec .venv/bin/helpline run

model:
	@.venv-rasa/bin/python -m bot train

lint:
	@.venv/bin/ruff check .
	@.venv/bin/mypy

before-tests: test-environments
	@$(MAKE) --no-print-directory -j2 model lint

test: before-tests ## Run every test but the slowest (about 25 minutes on two cores)
	@$(PYTEST) -m "not slow"

test-all: before-tests ## Run every test, the slow ones too
	@$(PYTEST)

screenshots: test-environments ## Make the guide's pictures again (Chromium; two minutes)
	@.venv/bin/python -m tests.browser.screenshots

clean: ## Remove both environments, models and logs; the database stays
	@rm -rf .venv .venv-rasa var/models var/log var/cache
