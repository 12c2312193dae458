# Everything that is done with this repository. Each target installs and builds what it needs, and nothing twice.
SHELL := /bin/sh
.DEFAULT_GOAL := help
.NOTPARALLEL:

NODE_STAMP := node_modules/.stamp
BENCH_STAMP := benchmarks/node_modules/.stamp
CARGO_STAMP := target/.fetched
ADDON_STAMP := target/.addon
DENY_VERSION := 0.20.2
# Where Miri, sanitizers and fuzzers are; what they find must not depend on the day.
NIGHTLY := nightly-2026-10-30
DENY := target/tools/cargo-deny-$(DENY_VERSION)/bin/cargo-deny
DIST := dist/esm.mjs

TS_SOURCES := $(shell find src -name '*.ts' -o -name '*.mts') tsconfig.base.json tsconfig.build.json \
  scripts/bundle.mjs scripts/late.mjs scripts/licences.mjs
RUST_SOURCES := $(shell find src-rust -name '*.rs') build.rs Cargo.toml Cargo.lock rust-toolchain.toml
# The suites of `make test`, in the order in which they run; each leaves its results in reports/suites/.
VITEST_SUITES := tc39 legacy types types-legacy packaging
SUITES := $(VITEST_SUITES:%=suite-%) suite-cargo
VITEST := node_modules/.bin/vitest run --reporter=default --reporter=json

.PHONY: help setup build build-ts build-debug test test-only $(SUITES) lint fmt types package bench bench-quick \
  bench-table loom shuttle miri asan fuzz nightly mutations mutations-quick demo soak steps soak-steps \
  soak-deaths soak-hostile soak-hostile-bytes deny filesystems soak-filesystems soak-kill-points soak-miri ready all clean

help: ## What each target does
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | awk -F '\t' '{ printf "  make %-12s %s\n", $$1, $$2 }'

setup: $(NODE_STAMP) $(CARGO_STAMP) ## Install the dependencies of both languages

build: $(DIST) $(ADDON_STAMP) ## Build dist/ and the native addon

build-ts: $(DIST) ## Build dist/ alone

build-debug: setup $(DIST) ## Build dist/, and the addon without optimisation
	npm run --silent build:addon:debug
	@touch $(ADDON_STAMP)

test: build test-only ## Build, then run every test: both decorator dialects, types, packaging, Rust

test-only: ## The tests of `make test`, over what is built and installed already
	@rm -rf reports/suites && mkdir -p reports/suites
	@$(MAKE) --no-print-directory --keep-going $(SUITES)

$(VITEST_SUITES:%=suite-%): suite-%:
	@echo "== $* =="
	@$(VITEST) --project $* --outputFile.json=reports/suites/$*.json

# Runs a command of cargo's, and keeps what it printed as the report of a suite.
reported = mkdir -p reports/suites; $(2) > reports/suites/$(1).txt 2>&1; status=$$?; cat reports/suites/$(1).txt; exit $$status

suite-cargo:
	@echo "== cargo =="
	@$(call reported,cargo,cargo test --locked --quiet)

lint: $(NODE_STAMP) $(CARGO_STAMP) ## Biome, rustfmt and Clippy; warnings are errors
	npm run --silent lint
	cargo fmt --check
	cargo clippy --locked --all-targets --quiet -- -D warnings
	cargo clippy --locked --all-targets --quiet --no-default-features -- -D warnings

fmt: $(NODE_STAMP) ## Format both languages, and apply the safe fixes
	npm run --silent format
	cargo fmt

types: $(NODE_STAMP) ## Type-check the sources and the tests in both decorator dialects
	npm run --silent types

package: build ## Check what would be published: publint, attw, knip
	npm run --silent check:publint
	npm run --silent check:attw
	npm run --silent check:knip

demo: $(DIST) $(ADDON_STAMP) ## A Markdown server under load, in one process, a pool of threads, a cluster; in under 90 s
	node --expose-gc demo/demo.mjs
	node demo/cluster/demo.mjs

bench: $(DIST) $(ADDON_STAMP) $(BENCH_STAMP) ## The benchmarks: table and JSON
	node benchmarks/run.mjs

bench-quick: $(DIST) $(ADDON_STAMP) $(BENCH_STAMP) ## The benchmarks with fewer rounds, in under two minutes
	node benchmarks/run.mjs --quick

# Elsewhere each time, and said so: the tests themselves begin where .cargo/config.toml and __test__/support/draws.ts say.
SEED ?=
soak: SEED := $(or $(SEED),$(shell od -An -N3 -tu4 /dev/urandom | tr -d ' '))
soak: build ## The property tests and schedules, drawn anew and many more of them; SEED=… repeats a run
	@echo "SEED=$(SEED)"
	SOAK=1 SEED=$(SEED) npm run --silent test
	SOAK=1 PROPTEST_RNG_SEED=$(SEED) cargo test --locked --quiet --release --no-default-features --lib table::tests
	@SHUTTLE_RANDOM_SEED=$(SEED) $(MAKE) --no-print-directory shuttle

soak-deaths: $(DIST) $(ADDON_STAMP) ## 10,000 processes killed at random, owners stopped, and how soon others recover
	KILLS=10000 STOPS=100 LONGEST_STOP=10 node __test__/crash/deaths.cjs
	SAMPLES=1000 BARS=1 node __test__/crash/recovery.cjs

soak-hostile: $(DIST) $(ADDON_STAMP) ## 10 minutes of scribbling on files that are in use
	SCRIBBLE_SECONDS=600 node __test__/crash/hostile.cjs

HOURS ?=
MINUTES ?= $(if $(HOURS),$(shell expr 60 '*' $(HOURS)),60)
soak-hour: $(DIST) $(ADDON_STAMP) ## Processes that share caches for an hour (HOURS=…, MINUTES=…): nothing grows
	MINUTES=$(MINUTES) KILL_MS=1000 TOLERANCE=0.05 OUTPUT=docs/long-run node __test__/crash/long/run.cjs
	node_modules/.bin/biome format --write docs/long-run.json

STEPS_TEST := cargo test --locked --quiet --release --no-default-features --test steps
steps: $(CARGO_STAMP) ## The processes of a shared cache, killed after a sample of all instructions
	@$(call reported,steps,$(STEPS_TEST))

soak-steps: $(CARGO_STAMP) ## The processes of a shared cache, killed after every single instruction
	@$(call reported,soak-steps,STEPS=all $(STEPS_TEST))

filesystems: $(CARGO_STAMP) $(ADDON_STAMP) ## Files, and processes that are killed, over ext4 and an overlay
	@$(call reported,filesystems,scripts/filesystems.sh ext4 overlay)

soak-filesystems: $(CARGO_STAMP) $(ADDON_STAMP) ## The same with many kills, and over xfs and btrfs where there are tools
	@$(call reported,soak-filesystems,KILLS=2000 scripts/filesystems.sh ext4 overlay xfs btrfs)

soak-kill-points: $(CARGO_STAMP) ## Three deaths one after the other, at every named point of every change
	@$(call reported,soak-kill-points,KILL_POINTS=all cargo test --locked --quiet --release --no-default-features --lib kill_points -- --nocapture)

# Each compiles the crate over other atomics, so each has a target directory. One at a time: some set how patient all are.
MODELS := cargo test --locked --quiet --no-default-features --lib table::models
loom: $(CARGO_STAMP) ## The table's protocol under loom: every interleaving of small models
	@$(call reported,loom,RUSTFLAGS='--cfg loom' CARGO_TARGET_DIR=target/loom $(MODELS) -- --test-threads=1)

shuttle: $(CARGO_STAMP) ## The whole table under shuttle's PCT scheduler: random schedules
	@$(call reported,shuttle,RUSTFLAGS='--cfg shuttle' CARGO_TARGET_DIR=target/shuttle $(MODELS) -- --test-threads=1)

# Stacked borrows would touch every word of a table at each access.
MIRI = MIRIFLAGS='-Zmiri-strict-provenance -Zmiri-tree-borrows' cargo +$(NIGHTLY) miri test --locked --quiet --no-default-features --lib
MIRI_TESTS := hash:: table::geometry table::registry table::tests::behaviour table::tests::sharing \
  table::tests::stress::one_shard_bounded_by_bytes
miri: $(CARGO_STAMP) nightly ## The table under Miri, over heap memory: what it does, processes that die, threads
	@$(call reported,miri,$(MIRI) -- $(MIRI_TESTS))

soak-miri: $(CARGO_STAMP) nightly ## The same with every test that needs neither files nor minutes for a step
	@$(call reported,soak-miri,$(MIRI) -- hash:: name:: table::)

ASAN = RUSTFLAGS='-Zsanitizer=address' CARGO_TARGET_DIR=target/asan \
	  cargo +$(NIGHTLY) test --locked --quiet --no-default-features --lib --target $$(rustc -vV | sed -n 's/^host: //p')
asan: $(CARGO_STAMP) nightly ## The Rust tests with AddressSanitizer
	$(ASAN)

soak-hostile-bytes: $(CARGO_STAMP) nightly ## 1,000,000 tables with words changed at random, under AddressSanitizer
	HOSTILE_RUNS=500000 $(ASAN) -- tests::hostile::a_spoilt --nocapture

mutations: $(ADDON_STAMP) ## Break the package in many ways; a suite must notice each
	node scripts/mutations/run.mjs

mutations-quick: $(ADDON_STAMP) ## Some of them, in under a minute
	node scripts/mutations/run.mjs --quick

deny: $(CARGO_STAMP) $(DENY) ## Licences, sources and doubled versions of the crates that the addon is made of
	$(DENY) --offline check licenses bans sources

fuzz: $(NODE_STAMP) nightly ## Fuzzers at the bytes of a shared file, and at the decoders: 30 s each
	NIGHTLY=$(NIGHTLY) node scripts/fuzz.mjs

nightly:
	@cargo +$(NIGHTLY) miri --version > /dev/null 2>&1 || \
	  rustup toolchain install $(NIGHTLY) --profile minimal --component miri --component rust-src

bench-table: $(CARGO_STAMP) ## What the native table costs without JavaScript
	cargo bench --locked --quiet --no-default-features --bench table

ready: ## Everything that CI runs
	bash .ci/run

all: build lint types package test ## Build, and check everything but the demo

clean: ## Remove what was built; installed dependencies stay
	node scripts/clean.mjs dist coverage reports target index.js index.d.ts npm artifacts
	rm -f ./*.node

# The stamps live in what they vouch for: whoever deletes that deletes the stamp too.
$(NODE_STAMP): package-lock.json
	npm ci --no-audit --no-fund
	@touch $@

$(BENCH_STAMP): benchmarks/package-lock.json
	npm ci --prefix benchmarks --no-audit --no-fund
	@touch $@

$(CARGO_STAMP): Cargo.lock
	cargo fetch --locked
	@mkdir -p $(@D) && touch $@

# Quick to build rather than quick: it runs for a second.
$(DENY):
	CARGO_PROFILE_DEV_DEBUG=0 cargo install cargo-deny --version $(DENY_VERSION) --locked --debug --quiet --root $(@D)/..

$(DIST): $(TS_SOURCES) $(NODE_STAMP)
	npm run --silent build:ts

$(ADDON_STAMP): $(RUST_SOURCES) $(NODE_STAMP) $(CARGO_STAMP)
	npm run --silent build:addon
	@touch $@

ifeq ($(wildcard *.node),)
.PHONY: $(ADDON_STAMP)
endif
