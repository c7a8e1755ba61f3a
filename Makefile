# leadscore. `make` lists what there is.

GO      ?= go
BIN     := build/leadscore
export CGO_ENABLED ?= 0

STATICCHECK_VERSION := v0.8.2
STATICCHECK         := build/tools/staticcheck-$(STATICCHECK_VERSION)
GOVULNCHECK_VERSION := v1.9.0
GOVULNCHECK         := build/tools/govulncheck-$(GOVULNCHECK_VERSION)
CYCLONEDX_VERSION   := v1.10.0
CYCLONEDX           := build/tools/cyclonedx-gomod-$(CYCLONEDX_VERSION)

.DEFAULT_GOAL := help
.PHONY: help build demo test test-race test-long soak check fmt-check vet lint vulncheck sbom golden bench quality peers bench-peers run clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

build: ## build the binary, statically, into build/leadscore
	$(GO) build -trimpath -o $(BIN) ./cmd/leadscore

demo: build ## make a sample history, train, compare, serve, score a lead over gRPC; print it all
	@bash testdata/demo.sh $(BIN)

test: ## every test
	$(GO) test -timeout 20m -shuffle=on ./...

test-race: ## every test under the race detector (needs a C compiler)
	CGO_ENABLED=1 $(GO) test -timeout 40m -race -shuffle=on ./...

test-long: ## fuzz every parser for FUZZTIME each
	@FUZZTIME=$(or $(FUZZTIME),30s) bash testdata/fuzz.sh

soak: ## load with reloads for SOAK (10m), then STREAM_LEADS (10,000,000) leads through one stream: memory and goroutines stay flat
	SOAK=$(or $(SOAK),10m) STREAM_LEADS=$(or $(STREAM_LEADS),10000000) $(GO) test -count=1 -v -timeout 60m -run '^(TestSoak|TestStreamIsFlat)$$' ./cmd/leadscore

check: generate-check fmt-check vet lint proto-lint proto-breaking ## everything CI runs besides the tests
	@git diff --exit-code --stat -- go.mod go.sum
	$(GO) mod tidy -diff

fmt-check: ## fail if a file is not gofmt-ed
	@bad=$$(gofmt -l $$(git ls-files '*.go')); [ -z "$$bad" ] || { echo "not gofmt-ed:" $$bad; exit 1; }

vet: ## go vet
	$(GO) vet ./...

$(STATICCHECK):
	@mkdir -p build/tools
	GOBIN=$(abspath build/tools) GOFLAGS= $(GO) install honnef.co/go/tools/cmd/staticcheck@$(STATICCHECK_VERSION)
	@mv build/tools/staticcheck $@

lint: $(STATICCHECK) ## staticcheck
	$(STATICCHECK) ./...

$(GOVULNCHECK):
	@mkdir -p build/tools
	GOBIN=$(abspath build/tools) GOFLAGS= $(GO) install golang.org/x/vuln/cmd/govulncheck@$(GOVULNCHECK_VERSION)
	@mv build/tools/govulncheck $@

vulncheck: $(GOVULNCHECK) ## known vulnerabilities in what the program calls; says so where their database cannot be reached
	@bash testdata/vulncheck.sh $(GOVULNCHECK)

$(CYCLONEDX):
	@mkdir -p build/tools
	GOBIN=$(abspath build/tools) GOFLAGS= $(GO) install github.com/CycloneDX/cyclonedx-gomod/cmd/cyclonedx-gomod@$(CYCLONEDX_VERSION)
	@mv build/tools/cyclonedx-gomod $@

sbom: build $(CYCLONEDX) ## what the binary is made of, as CycloneDX, into build/leadscore.cdx.json
	@$(GO) mod download
	$(CYCLONEDX) bin -json -licenses -std -output build/leadscore.cdx.json $(BIN)
	@echo "$$(grep -c '"purl"' build/leadscore.cdx.json) components in build/leadscore.cdx.json"

golden: ## rewrite golden files after a wanted change; look at the diff
	@for package in $$(grep -rl --include='*_test.go' 'flag.Bool("update"' . | xargs -n1 dirname | sort -u); do $(GO) test $$package -update; done

bench: ## benchmarks
	$(GO) test -run '^$$' -bench . -benchmem ./...

quality: build ## measure on real data in ../shared/data, beside other programs' figures
	$(GO) run ./cmd/quality -bin $(BIN)

peers: build ## measure scikit-learn, LightGBM and the explainable boosting machine beside leadscore on the folds of make quality
	@bash train/bench/run.sh $(BIN)

bench-peers: build ## leadscore and its peers on a million leads, whole processes in turns; BENCH passes flags, see train/bench/scale.py --help
	$(GO) build -o build/benchdata ./cmd/benchdata
	@python3 train/bench/scale.py $(BENCH)

run: build ## serve the demo's model
	$(BIN) serve --store build/demo/store --model deals

clean: ## remove what was built
	rm -rf build

include proto/tools.mk
include clients/clients.mk
include deploy/deploy.mk
