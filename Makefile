# Everything that a person or CI does with this repository; `make help` lists it.
# It needs Debian, Go and make. What the tests need beyond that, `make test` installs.

GO       ?= go
FUZZTIME ?= 10s

# A program of its own rather than `go run`, which hides the exit code of what it ran.
TESTENV := bin/testenv
# The linter's dependencies live in a module of their own, so that ours stays small.
LINTER  := $(GO) tool -modfile=tools/go.mod golangci-lint

.DEFAULT_GOAL := help
.PHONY: help test check run build lint fix vet suite fuzz bench format tidy modules testenv clean

help: ## This list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

test: modules testenv ## Everything: installs and starts the servers, then vet, lint and all tests with -race (root, for apt-get and Postfix)
	@$(TESTENV) -install -- make --no-print-directory vet lint suite

check: format tidy test ## What a change must pass: test, gofmt, and a go.mod that is tidy

run: ## The program as it is: SQLite and files under ./data, web on 127.0.0.1:8080
	@$(GO) run ./cmd/recado serve

build: ## The binary, without cgo, as bin/recado
	@CGO_ENABLED=0 $(GO) build -trimpath -o bin/recado ./cmd/recado

lint: ## golangci-lint with .golangci.yml (the first time it is compiled: two or three minutes)
	@$(LINTER) run ./...

fix: ## Mend what the linters can mend
	@$(LINTER) run --fix ./...

vet: ## go vet
	@$(GO) vet ./...

# The detector watches our code and every library, but for SQLite: modernc.org made Go of its C, which takes
# five times as long under the detector, and in which we could mend nothing that it found.
RACE := -race $(foreach made,modernc.org/sqlite/lib modernc.org/libc modernc.org/memory,-gcflags=$(made)=-race=false)

# Without -race: whatsmeow races with itself when a line is cut right after a login, and a
# mailbox of 10,000 takes the detector three minutes, the scoring of triage ten.
suite: ## All tests with -race, on the servers that are there; without any, tests that need one are skipped
	@$(GO) test $(RACE) -timeout 20m $$($(GO) list ./... | grep -v /channels/whatsapp)
	@$(GO) test -timeout 10m ./channels/whatsapp/...
	@$(GO) test -run TestRealTenThousandMails ./channels/email
	@$(GO) test -run 'TestScoreTriage|TestTranscripts/postgres' ./cmd/recado

fuzz: ## Each fuzz target for FUZZTIME (10s)
	@set -e; for file in $$(grep -rl --include='*_test.go' '^func Fuzz' .); do \
		for target in $$(sed -n 's/^func \(Fuzz[A-Za-z0-9_]*\)(.*/\1/p' $$file); do \
			echo "$$target in $$file"; \
			$(GO) test -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) $$(dirname $$file); \
		done; \
	done

bench: testenv ## Go benchmarks, then whole turns per second, then mail both ways (docs/performance.md)
	@$(TESTENV) -install -- sh -ec '$(GO) test -run "^$$" -bench . -benchmem ./...; $(GO) run ./cmd/recado bench; $(GO) run ./cmd/recado bench mail'

format:
	@files=$$(gofmt -l .); [ -z "$$files" ] || { echo "not gofmt'ed:"; echo "$$files"; exit 1; }

tidy:
	@$(GO) mod tidy -diff

# Always asked for: Go knows better than make what is up to date. No version control
# stamp: in CI the checkout may belong to somebody else, and git refuses to look.
testenv:
	@$(GO) build -buildvcs=false -o $(TESTENV) ./testenv/run

# Beforehand and at once: otherwise every command prints what it downloads.
modules:
	@$(GO) mod download
	@$(GO) mod download -modfile=tools/go.mod

clean: ## Remove what was built
	@rm -rf bin
