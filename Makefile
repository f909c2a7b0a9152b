# Everything that is done here by hand. `make help` lists it.

.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

# Bytecode is wanted: without it the service takes seconds to import.
unexport PYTHONDONTWRITEBYTECODE
unexport PYTHONPATH
unexport VIRTUAL_ENV
# Node 20 does; that jsii would rather have a newer one need not be said by every synth.
export JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION := 1

# The first Python that is new enough, else the one there is, which then says what is wrong with it.
NEW_ENOUGH := -c 'import sys; sys.exit(sys.version_info < (3, 11))'
PYTHON ?= $(shell for each in python3 python3.13 python3.12 python3.11; do \
	"$$each" $(NEW_ENOUGH) 2>/dev/null && echo "$$each" && break; done || command -v python3 || true)

BIN := .venv/bin
NODE_CHECKS := $(dir $(wildcard tests/*/*/package-lock.json tests/*/*/*/package-lock.json))
SOURCES := service local tests benchmarks docs/images infra evals

# A dollar sign in a question is a dollar sign.
override Q := $(value Q)
override NAME := $(value NAME)
# Make itself calls an assembler so: who says nothing of AS has said nothing.
ifeq ($(origin AS),default)
AS :=
endif
export Q AS N CONTINUE PORT NOW MODEL_MODE MODEL_ID TABLESIDE_STATE FILE NAME TIMEZONE CURRENCY OWNER
export STAGE TENANT DOMAIN CERTIFICATE ALARM_EMAIL CONFIRM
export TENANTS QUESTIONS TOKENS_IN TOKENS_OUT

.PHONY: help bench bench-deps bench-smoke evals record eval-faults image test-lambda bench-cold run web web-dev test-browser screenshots ask token import bench-first-token bench-receipts bench-pages picture reset test check format synth snapshots deploy diff destroy tenant rotate-origin deploy-local cost architecture lock node-check-deps python

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-18s %s\n", $$1, $$2 }' Makefile

run: python ## start everything: PORT=8000 NOW=2015-12-31T23:00:00-05:00 MODEL_MODE=analyst|replay …|record …|fault …
	@$(PYTHON) local/preflight.py run
	@$(PYTHON) local/install.py local
	@$(PYTHON) local/build_web.py
	@exec $(BIN)/python -m local.up

web: python ## build the pages of web/ into web/out, when they have changed
	@$(PYTHON) local/build_web.py

web-dev: python ## serve web/ as it is edited, on WEB_PORT=3000, against the running service: PORT=8000
	@$(PYTHON) local/build_web.py install
	@cd web && NEXT_TELEMETRY_DISABLED=1 SERVICE=http://localhost:$(or $(PORT),8000) \
	  exec npm run --silent dev -- --hostname 127.0.0.1 --port $(or $(WEB_PORT),3000)

ask: python ## ask the running service: Q="How did we do yesterday?" AS=owner@… [CONTINUE=1]
	@$(PYTHON) local/install.py local
	@exec $(BIN)/python -m local.ask

token: python ## print an id token: AS=owner@…
	@$(PYTHON) local/install.py local
	@exec $(BIN)/python -m local.sign_in

import: python ## load a point-of-sale export: FILE=orders.csv.gz NAME="…" TIMEZONE=… CURRENCY=… OWNER=… [STAGE=dev|prod]
ifeq ($(strip $(STAGE)),)
	@$(PYTHON) local/install.py local
	@exec $(BIN)/python -m local.import_file
else
	@$(PYTHON) local/install.py dev
	@exec $(BIN)/python -m infra.deploy import
endif

bench-first-token: python ## time to the first token on the running service: AS=owner@… [N=50]
	@$(PYTHON) local/install.py local
	@exec $(BIN)/python -m benchmarks.first_token

# The servers that are measured: a virtual environment to each kind, and npm's packages for the one on Node.
bench-deps: python
	@$(PYTHON) local/install.py local
	@$(PYTHON) benchmarks/install.py

bench: bench-deps ## ours beside its peers, in twelve minutes: docs/performance.md is written from it: [QUICK=1]
	@exec $(BIN)/python -m benchmarks.run $(if $(QUICK),--plan quick)

bench-smoke: bench-deps ## that the benchmarks still work: each server checked for its answer and asked a little
	@$(BIN)/python -m benchmarks.run --plan smoke

bench-receipts: python ## how often a made-up figure would get a receipt, and what receipts cost
	@$(PYTHON) local/install.py local
	@exec $(BIN)/python -m benchmarks.receipts_false_matches

bench-pages: python ## how smooth the pages are at 60 tokens a second, and at the end of 200 messages
	@$(PYTHON) local/install.py dev
	@$(PYTHON) local/build_web.py
	@exec $(BIN)/python -m benchmarks.pages

picture: python ## draw the README's terminal from a real question: Q="…" AS=owner@…
	@$(PYTHON) local/install.py local
	@exec $(BIN)/python docs/images/terminal.py

reset: python ## forget all data, sign-ins and conversations
	@$(PYTHON) local/install.py local
	@exec $(BIN)/python -m local.reset

test: python node-check-deps ## all tests, the fast ones first
	@$(PYTHON) local/preflight.py test
	@$(PYTHON) local/install.py dev
	@$(PYTHON) local/build_web.py
	@$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder $(wildcard tests/unit tests/infra tests/database tests/http tests/local tests/truth tests/evals tests/benchmarks tests/browser)

test-browser: python ## the pages in a real Chromium, against the whole cloud on this machine
	@$(PYTHON) local/preflight.py test
	@$(PYTHON) local/install.py dev
	@$(PYTHON) local/build_web.py
	@$(BIN)/python -m pytest tests/browser

image: python ## build the container image, with Docker or without, and print the size of its layers
	@$(PYTHON) local/install.py dev
	@$(BIN)/python -m local.image.build service operator

test-lambda: python node-check-deps ## the image behind the web adapter and a Lambda Runtime API
	@$(PYTHON) local/install.py dev
	@$(BIN)/python -m pytest tests/lambda

bench-cold: python ## process start, ready, first token: this image beside the web adapter's FastAPI example: [N=5]
	@$(PYTHON) local/install.py dev
	@exec $(BIN)/python -m benchmarks.cold

screenshots: python ## take the pictures of the pages for the README, at every size, light and dark
	@$(PYTHON) local/install.py dev
	@$(PYTHON) local/build_web.py
	@exec $(BIN)/python docs/images/pages.py

EVAL_OPTIONS = $(if $(ONLY),--only '$(ONLY)') $(if $(PROMPT),--prompts '$(PROMPT)') $(if $(MODEL),--model '$(MODEL)')

evals: python ## ask 200 questions and score each answer: [ONLY=figures/yesterday] [PROMPT=v001,v002] [LIVE=1 MODEL=…] [BASELINE=1]
	@$(PYTHON) local/install.py dev
	@exec $(BIN)/python -m evals.run $(EVAL_OPTIONS) $(if $(LIVE),--live) $(if $(BASELINE),--baseline)

record: python ## record the answers that `make evals` lacks: [MODEL=us.amazon.nova-lite-v1:0] [FRESH=1] [ONLY=…] [PROMPT=…]
	@$(PYTHON) local/install.py dev
	@exec $(BIN)/python -m evals.run --record $(EVAL_OPTIONS) $(if $(FRESH),--fresh)

eval-faults: python ## seed faults into a copy of the system, one at a time, and show which check catches each
	@$(PYTHON) local/install.py dev
	@exec $(BIN)/python -m evals.faults

check: python ## formatting, lint, types, import rules, migrations, the pages' types and lint
	@$(PYTHON) local/install.py dev
	@$(PYTHON) local/build_web.py install
	@$(BIN)/ruff check $(SOURCES)
	@$(BIN)/ruff format --check $(SOURCES)
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/squawk sql/migrations/*.sql
	@cd web && npm run --silent check

format: python ## put the sources into the form that `make check` asks for
	@$(PYTHON) local/install.py dev
	@$(BIN)/ruff check --fix --quiet $(SOURCES)
	@$(BIN)/ruff format $(SOURCES)
	@$(PYTHON) local/build_web.py install
	@cd web && npm run --silent format

# Each in an AWS account, with the credentials of the AWS command line.
deploy: python ## deploy a stage, all of it: STAGE=dev|prod ALARM_EMAIL=… [DOMAIN=… CERTIFICATE=…]
	@$(PYTHON) local/install.py dev
	@$(PYTHON) local/build_web.py
	@exec $(BIN)/python -m infra.deploy deploy

synth: python ## write the templates of a stage into cdk.out, with no account and no network: STAGE=dev|prod
	@$(PYTHON) local/install.py dev
	@$(PYTHON) local/build_web.py
	@$(BIN)/python -m infra.app -c stage=$(or $(STAGE),dev)

snapshots: python ## renew tests/infra/snapshots, to be looked at before they are kept
	@$(PYTHON) local/install.py dev
	@SNAPSHOTS=write $(BIN)/python -m pytest tests/infra/test_snapshots.py

diff: python ## what a deploy would change: STAGE=dev|prod
	@$(PYTHON) local/install.py dev
	@$(PYTHON) local/build_web.py
	@exec $(BIN)/python -m infra.deploy diff

destroy: python ## take a stage away, and say what stays: STAGE=dev
	@$(PYTHON) local/install.py dev
	@$(PYTHON) local/build_web.py
	@exec $(BIN)/python -m infra.deploy destroy

tenant: python ## a restaurant and its first sign-in: STAGE=dev|prod NAME="…" TIMEZONE=… CURRENCY=… OWNER=… [TENANT=…]
	@$(PYTHON) local/install.py dev
	@exec $(BIN)/python -m infra.deploy tenant

rotate-origin: python ## new values by which the origins know CloudFront, with no request refused: STAGE=dev|prod
	@$(PYTHON) local/install.py dev
	@$(PYTHON) local/build_web.py
	@exec $(BIN)/python -m infra.deploy rotate-origin

deploy-local: python ## deploy the stacks into a ministack on this machine, what it can take of them
	@$(PYTHON) local/install.py dev
	@$(PYTHON) local/build_web.py
	@exec $(BIN)/python -m local.deploy_stacks

cost: python ## what a stage costs a month: [STAGE=dev|prod] [TENANTS=3] [QUESTIONS=20 a day] [TOKENS_IN=5000] [TOKENS_OUT=300]
	@exec $(PYTHON) -m infra.cost

architecture: python ## write infra/architecture.json, and the figures in docs/architecture.md, from the stacks
	@$(PYTHON) local/install.py dev
	@exec $(BIN)/python -m infra.architecture

# uv lives in an environment of its own, for nothing but this needs it.
COMPILE := .venv-lock/bin/uv pip compile --quiet --upgrade --universal --python-version 3.11 \
	--generate-hashes --no-emit-index-url --no-header

lock: python ## renew the lock files from pyproject.toml
	@test -x .venv-lock/bin/uv || { $(PYTHON) -m venv .venv-lock && .venv-lock/bin/pip install --quiet 'uv>=0.13'; }
	@$(COMPILE) pyproject.toml -o requirements/service.txt
	@$(COMPILE) pyproject.toml --group local -o requirements/local.txt
	@$(COMPILE) pyproject.toml --group dev -o requirements/dev.txt
	@$(COMPILE) --group ministack -o requirements/ministack.txt
	@$(COMPILE) --group operator -c requirements/service.txt -o requirements/operator.txt
	@$(COMPILE) pyproject.toml --group bench-service -c requirements/service.txt -o requirements/bench-service.txt
	@$(COMPILE) pyproject.toml --group bench -c requirements/service.txt -o requirements/bench.txt
	@$(COMPILE) --group bench-strands -o requirements/bench-strands.txt
	@$(COMPILE) --group bench-pydantic-ai -o requirements/bench-pydantic-ai.txt

# What npm brings to judge our streams from outside.
node-check-deps:
	@for each in $(NODE_CHECKS); do \
	  cmp -s "$$each/package-lock.json" "$$each/node_modules/.installed" && continue; \
	  echo "installing npm packages into $${each}node_modules …"; \
	  (cd "$$each" && npm ci --silent --no-audit --no-fund && cp package-lock.json node_modules/.installed) || exit 1; \
	done

python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed and there is no python3 on the PATH." >&2; exit 1; }
