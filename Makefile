.DEFAULT_GOAL := help
.PHONY: help run train test test-all lint environments test-environments clean

help: ## Say what can be done here
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

environments:
	@bash setup/environments.sh run

test-environments:
	@bash setup/environments.sh test
	@bash setup/services.sh

train: environments ## Make both environments and train the dialogue model when its inputs changed
	@.venv-rasa/bin/python -m bot train

run: train ## Start everything on this machine: phone simulator, console, channels
	@exec .venv/bin/helpline run

test: test-environments ## Run every test but the slowest (about fifteen minutes)
	@.venv-rasa/bin/python -m bot train
	@.venv/bin/ruff check .
	@.venv/bin/mypy
	@.venv/bin/python -m pytest -m "not slow"

test-all: test-environments ## Run every test, the slow ones too
	@.venv-rasa/bin/python -m bot train
	@.venv/bin/ruff check .
	@.venv/bin/mypy
	@.venv/bin/python -m pytest

clean: ## Remove both environments, models and logs; the database stays
	@rm -rf .venv .venv-rasa var/models var/log var/cache
