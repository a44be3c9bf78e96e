# make            what there is
# make run        the portal on this machine, with made-up customers
# make check      what CI runs

SHELL       := bash
.SHELLFLAGS := -euo pipefail -c
MAKEFLAGS   += --no-print-directory
.DELETE_ON_ERROR:

VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)
LDFLAGS := -s -w -X main.buildVersion=$(VERSION)
TOOL    := go tool -modfile=.ci/tools.mod
GOBUILD := CGO_ENABLED=0 go build -trimpath -buildvcs=false -ldflags '$(LDFLAGS)'

.PHONY: help
help: ## This list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

.PHONY: run
run: build ## Build and start the demo on http://localhost:8080; needs only Go and make
	@bin/portal demo

.PHONY: dev
dev: ## The demo, started again whenever a template or Go file changes
	@$(TOOL) templ generate -path web/templates --watch --cmd="go run ./cmd/portal demo"

.PHONY: build
build: ## Build bin/portal: one static file
	@$(GOBUILD) -o bin/portal ./cmd/portal

.PHONY: generate
generate: ## Make the generated files again: templates, the table of variables, the notices of others
	@$(TOOL) templ generate -path web/templates
	@go test -count=1 -run '^(TestReferenceIsCurrent|TestSecurityPageIsWhole)$$' ./cmd/portal -args -write-reference
	@go test -count=1 -run '^TestSecurityTablesAreCurrent$$' ./web/handlers -args -write-documents
	@go run ./.ci/supply licences -write

.PHONY: test
test: ## All tests; installs what is missing where it can
	@.ci/test

.PHONY: e2e
e2e: ## The browser journeys and whole-program tests alone
	@.ci/setup
	@CGO_ENABLED=0 go test -count=1 -timeout 15m ./cmd/portal

.PHONY: looks
looks: ## Keep the pages as they are now: small pictures, and what screen readers are told
	@CGO_ENABLED=0 go test -count=1 -run '^TestJourneys$$/^what is' ./cmd/portal -args -write-looks

.PHONY: matrix
matrix: ## Run the tests, then print the cases of .ci/matrix.txt that none of them names
	@MATRIX=.ci/matrix.txt .ci/test

.PHONY: mutate
mutate: ## Switch each protection of .ci/mutations.txt off: a test must notice. WORDS=A-17 tries those alone
	@go run .ci/mutate.go $(WORDS)

.PHONY: lint
lint: ## Formatting, vet, linters, stale generated files, licences, secrets
	@.ci/lint

.PHONY: check
check: lint vuln test ## lint, vuln and test: what CI runs

.PHONY: vuln
vuln: ## Known vulnerabilities in what is called; asks the Go vulnerability database, or VULNDB=file:///its/copy
	@.ci/vuln

.PHONY: sbom
sbom: build ## The bill of materials of bin/portal, in CycloneDX: bin/portal.cdx.json
	@VERSION='$(VERSION)' SOURCE_DATE_EPOCH=$$(git log -1 --format=%ct) go run ./.ci/supply sbom >bin/portal.cdx.json

.PHONY: bench
bench: ## Benchmarks: figures to read, nothing is asserted
	@go test -run '^$$' -bench . -benchmem ./...

.PHONY: chaos
chaos: ## Many people under faults, and kill -9 at each step: ROUNDS=20 EDITS=500 CUSTOMERS=20 REPLICAS=3 PEOPLE=24 KILLS=50 SEED=…
	@ROUNDS=$(or $(ROUNDS),20) go test -count=1 -timeout 0 -v -run '^TestChaos$$' ./cmd/portal
	@KILLS=$(or $(KILLS),50) go test -count=1 -timeout 0 -v -run '^TestF38Killed' ./cmd/portal

.PHONY: load
load: ## The load figures beside their bars: LOAD="L-1 L-5" for some, MINUTES=60 for L-4, RESTARTS=20 for L-10
	@LOAD='$(or $(LOAD),all)' go test -count=1 -timeout 0 -v -run '^TestLoad$$' ./cmd/portal

.PHONY: fuzz
fuzz: ## Every fuzz test for 30 seconds (FUZZTIME=5m for longer)
	@.ci/fuzz $(or $(FUZZTIME),30s)

.PHONY: image
image: ## Container image portal:VERSION, with podman, buildah or docker
	@GOOS=linux $(GOBUILD) -o bin/portal ./cmd/portal
	@.ci/image $(VERSION)

.PHONY: clean
clean: ## Remove what was built
	@rm -rf bin .ci/node_modules
