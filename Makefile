# Backline: build, try, test, measure. `make help` lists the targets.
#
# One cargo profile (release) for everything, so that third-party crates are compiled once.

SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help setup build demo demo-check check test test-mp3 test-web test-clients bench bench-server bench-search bench-recsys bench-build bench-transcode bench-fingerprint clean-demo bench-ingest ern-conformance fuzz

TARGET := $(or $(CARGO_TARGET_DIR),target)
BIN := $(TARGET)/release
WORK := $(or $(BACKLINE_WORK),work)
# Members are built with overflow checks and debug assertions for tests; third-party crates are shared.
TEST_CONFIG := --config .cargo/test.toml
CARGO := cargo
LOCKED := --locked

help:            ## this list
	@grep -hE '^[a-z-]+: .*##|^[a-z-]+:  *##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 16

setup:           ## install what a fresh machine lacks (cmake, compiler), or say how
	@scripts/setup.sh

build: setup     ## release binaries
	@scripts/build.sh

demo: build      ## the whole way once on real music, then a server to try
	@BIN=$(BIN) WORK=$(WORK) scripts/demo.sh serve

demo-check: build ## a short demo without the server staying up; asserts what it serves
	@BIN=$(BIN) WORK=$(WORK) scripts/demo.sh check

check: setup     ## formatting, lints as errors, documentation
	$(CARGO) fmt --all --check
	$(CARGO) clippy $(LOCKED) --release --workspace --all-targets -- -D warnings
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc $(LOCKED) --release --workspace --no-deps
	$(CARGO) fmt --check --manifest-path ingest/fuzz/Cargo.toml
	$(CARGO) check $(LOCKED) --release --manifest-path ingest/fuzz/Cargo.toml --target-dir $(TARGET)

test: setup      ## every test
	@if $(CARGO) nextest --version >/dev/null 2>&1; then \
	  $(CARGO) nextest run --no-fail-fast $(LOCKED) $(TEST_CONFIG) --release --workspace && $(CARGO) test $(LOCKED) $(TEST_CONFIG) --release --workspace --doc; \
	else \
	  $(CARGO) test $(LOCKED) $(TEST_CONFIG) --release --workspace; \
	fi

test-mp3: setup  ## transcoding with MP3 previews too (the feature `mp3`: LAME, LGPL)
	$(CARGO) test $(LOCKED) --release -p transcode --features mp3

test-web: build  ## the web page in Chromium
	@BIN=$(BIN) WORK=$(WORK) scripts/test-web.sh

test-clients: build ## other people's clients, attackers and an edge against the server
	@BIN=$(BIN) WORK=$(WORK) scripts/test-clients.sh

bench: build     ## CPU, memory and sizes of every stage on the demo drop; then transcoding beside ffmpeg and the xiph tools
	@BIN=$(BIN) WORK=$(WORK) scripts/bench.sh
	@BIN=$(BIN) WORK=$(WORK) scripts/bench-transcode.sh

bench-server: build ## the server beside nginx on the same bytes
	@$(CARGO) build $(LOCKED) --release --workspace --example listeners
	@BIN=$(BIN) WORK=$(WORK) scripts/bench-server.sh

bench-search: build ## two million tracks opened; a million searched, beside tantivy alone and SQLite FTS5
	@$(CARGO) build $(LOCKED) --release --workspace --example million --example two_million --example plain_tantivy
	@$(BIN)/examples/two_million
	@BIN=$(BIN) WORK=$(WORK) scripts/bench-search.sh

bench-ingest: setup ## CPU per ERN message beside a bare event pass, 21 to 10,000 tracks
	@scripts/bench-ingest.sh

fuzz: setup      ## each fuzz target of ingest for ten minutes (SECONDS_EACH=600)
	@BACKLINE_WORK=$(abspath $(WORK)) scripts/fuzz.sh

ern-conformance: build ## what the reader makes of foreign messages: make ern-conformance DIR=…
	@$(BIN)/backline ingest conformance $(DIR)

bench-recsys: build ## ALS, scoring and events beside implicit and DuckDB (PYTHON=... with both)
	@BIN=$(BIN) WORK=$(WORK) scripts/bench-recsys.sh

bench-fingerprint: build ## fingerprints whole: beside fpcalc, damaged copies, clips, 100,000 tracks (MUSIC=folder)
	@BIN=$(BIN) BACKLINE_WORK=$(WORK) scripts/bench-fingerprint.sh $(MUSIC)

bench-build: setup ## CPU and wall time of the first build, in an empty folder
	@scripts/bench-build.sh

bench-transcode: build ## transcoding against ffmpeg and the xiph tools, on real music (needs make demo)
	@BIN=$(BIN) WORK=$(WORK) scripts/bench-transcode.sh

clean-demo:      ## forget the demo's store and drop (packages stay cached)
	rm -rf $(WORK)/demo $(WORK)/check
