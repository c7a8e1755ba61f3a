# The generators of the wire, pinned here and not in go.mod: they are no part of the product. The root Makefile includes
# this file.  make tools | generate | generate-check | proto-lint | proto-breaking

BUF_VERSION                := v1.75.0
PROTOC_GEN_GO_VERSION      := v1.36.12
PROTOC_GEN_GO_GRPC_VERSION := v1.6.2
GRPC_GATEWAY_VERSION       := v2.33.0
PROTOC_GEN_OPENAPI_VERSION := v0.7.1

PROTO_TOOLS := build/tools
PROTO_STAMP := $(PROTO_TOOLS)/.$(BUF_VERSION)-$(PROTOC_GEN_GO_VERSION)-$(PROTOC_GEN_GO_GRPC_VERSION)-$(GRPC_GATEWAY_VERSION)-$(PROTOC_GEN_OPENAPI_VERSION)
BUF         := $(PROTO_TOOLS)/buf

# What `proto-breaking` compares with. On main itself, with nothing changed, that is the commit before.
PROTO_AGAINST ?= main

.PHONY: tools generate generate-check proto-lint proto-breaking

tools: $(PROTO_STAMP) ## install the pinned generators into build/tools (the first time takes minutes)

$(PROTO_STAMP):
	@mkdir -p $(PROTO_TOOLS)
	GOBIN=$(abspath $(PROTO_TOOLS)) GOFLAGS= go install github.com/bufbuild/buf/cmd/buf@$(BUF_VERSION)
	GOBIN=$(abspath $(PROTO_TOOLS)) GOFLAGS= go install google.golang.org/protobuf/cmd/protoc-gen-go@$(PROTOC_GEN_GO_VERSION)
	GOBIN=$(abspath $(PROTO_TOOLS)) GOFLAGS= go install google.golang.org/grpc/cmd/protoc-gen-go-grpc@$(PROTOC_GEN_GO_GRPC_VERSION)
	GOBIN=$(abspath $(PROTO_TOOLS)) GOFLAGS= go install github.com/grpc-ecosystem/grpc-gateway/v2/protoc-gen-grpc-gateway@$(GRPC_GATEWAY_VERSION)
	GOBIN=$(abspath $(PROTO_TOOLS)) GOFLAGS= go install github.com/google/gnostic/cmd/protoc-gen-openapi@$(PROTOC_GEN_OPENAPI_VERSION)
	@rm -f $(PROTO_TOOLS)/.v*
	@touch $@

generate: $(PROTO_STAMP) ## write what is generated from proto/
	$(BUF) generate

generate-check: generate ## fail if the committed generated code is not what the pinned generators write
	@git diff --exit-code HEAD -- 'proto/*.go' serve/gateway/openapi.yaml || { echo "generated code differs: run make generate and commit" >&2; exit 1; }

proto-lint: $(PROTO_STAMP) ## buf lint: STANDARD, and a comment on everything
	$(BUF) lint
	$(BUF) format --diff --exit-code --path proto/leadscore --path proto/inference

proto-breaking: $(PROTO_STAMP) ## buf breaking: no change of the wire that breaks a client of PROTO_AGAINST
	@base=$$(git rev-parse --verify --quiet '$(PROTO_AGAINST)^{commit}' || git rev-parse --verify --quiet 'origin/$(PROTO_AGAINST)^{commit}'); \
	if [ "$$base" = "$$(git rev-parse HEAD)" ] && git diff --quiet HEAD -- proto buf.yaml; then \
		base=$$(git rev-parse --verify --quiet 'HEAD~1^{commit}'); \
	fi; \
	if [ -z "$$base" ] || ! git cat-file -e "$$base:buf.yaml" 2>/dev/null; then \
		echo "proto-breaking: no earlier version of the wire to compare with"; \
	else \
		$(BUF) breaking --against ".git#ref=$$base" && echo "proto-breaking: nothing breaks a client of $$base"; \
	fi
