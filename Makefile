# The two commands of the README: `make run` and `make test`. Everything else is `usher --help`.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help setup setup-tests run test test-pythons test-platform test-cluster test-image images pin-images audit bench bench-routing starter down clean

help: ## This list
	@grep -hE '^[a-z-]+: .*##' $(MAKEFILE_LIST) | awk -F': .*## ' '{printf "  make %-13s %s\n", $$1, $$2}'

setup: ## What running needs: virtual environment, packages, Java and Maven where allowed, Kafka; quick the second time
	@$(PYTHON) deploy/local/install.py

setup-tests: ## The same and what tests, benchmarks and training need
	@$(PYTHON) deploy/local/install.py --tests

run: setup ## The whole system with sample traffic and a live view; ARGS="--seconds 60 --json"
	@.venv/bin/usher demo $(ARGS)

test: setup-tests ## Style, types, imports, then every test, fast ones first; ARGS="-k name" narrows the tests
	@.venv/bin/python tests/run.py $(ARGS)

test-platform: setup-tests ## The chart over its whole matrix: linter, schemas of Kubernetes, checkov; installs 100 packages apart the first time
	@.venv/bin/python -m pytest -p no:cacheprovider --timeout=1500 tests/platform/test_chart.py $(ARGS)

images: ## The images by docker compose, labelled with the commit where nothing was changed since
	@USHER_COMMIT="$$(test -z "$$(git status --porcelain)" && git rev-parse HEAD)" docker compose build $(ARGS)

pin-images: ## The digest behind the tag of every image of others, asked of the registries (crane, skopeo); ARGS=--check only looks
	@$(PYTHON) -m deploy.docker.pin $(ARGS)

audit: setup-tests ## Bills of materials, licences and known weaknesses of what the images hold; exit 3 where no database can be asked
	@.venv/bin/python -m tests.platform.audit

test-cluster: setup-tests ## The chart at a real API server, built from its Go module the first time (Go, an hour on a busy machine)
	@.venv/bin/python -m tests.platform.cluster
	@.venv/bin/python -m pytest -p no:cacheprovider --timeout=600 tests/platform/test_cluster.py $(ARGS)

test-image: setup-tests ## The images, built without an engine (root, buildah, debootstrap) and run on real servers; 10 minutes the first time
	@.venv/bin/python -m pytest -p no:cacheprovider --timeout=2400 tests/platform/test_images.py $(ARGS)

test-pythons: ## Unit tests, and each service on real servers, under the other Pythons that are here; PYTHONS="3.13" ARGS="tests/unit" narrow
	@PYTHONS="$(PYTHONS)" $(PYTHON) -m tests.pythons $(ARGS)

bench: setup-tests ## Against the naive design on real Kafka and PostgreSQL, the router at scale, traps, webhooks; tables and JSON; 10 minutes
	@failed=; for each in "pipeline $(ARGS)" scale matcher safety door webhooks channels; do \
		.venv/bin/python -m tests.benchmarks.bench_$$each || failed="$$failed $${each%% *}"; \
	done; test -z "$$failed" || { echo "make bench: these failed:$$failed" >&2; exit 1; }

bench-routing: setup-tests ## The routing goals G1-G7 on 20 seeds, the goal beside each result
	@.venv/bin/python -m tests.benchmarks.bench_routing $(ARGS)

starter: setup-tests ## The starter model again, after its texts or tiers were changed
	@.venv/bin/usher train deploy/starter/train.csv deploy/starter/train --label intent --tiers deploy/starter/tiers.csv \
		--compact --balanced --quick --folds 5 --risk-moment 0.0075 --calibrate deploy/starter/train.csv \
		--out deploy/starter/model --test deploy/starter/heldout.csv

down: ## Stop a local stack that runs
	@.venv/bin/usher down

clean: ## Delete what is made here: environment, caches, local data
	@test ! -x .venv/bin/usher || .venv/bin/usher down --wipe
	rm -rf .venv .cache .local .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
