# The clients: generated from proto/ by pinned tools, and tested against the real server. The root Makefile includes this file.
#   make clients-generate | clients-generate-check | clients-test

GRPCIO_TOOLS_VERSION := 1.76.0
PYTHON_TOOLS         := build/tools/python
PYTHON_STAMP         := $(PYTHON_TOOLS)/.grpcio-tools-$(GRPCIO_TOOLS_VERSION)

.PHONY: clients-generate clients-generate-check clients-test

$(PYTHON_STAMP):
	python3 -m venv $(PYTHON_TOOLS)
	$(PYTHON_TOOLS)/bin/pip install --quiet --disable-pip-version-check grpcio-tools==$(GRPCIO_TOOLS_VERSION)
	@touch $@

clients/typescript/node_modules/.package-lock.json: clients/typescript/package-lock.json
	cd clients/typescript && npm ci --no-audit --no-fund --loglevel=error
	@touch $@

clients-generate: $(PROTO_STAMP) $(PYTHON_STAMP) clients/typescript/node_modules/.package-lock.json ## write the generated code of the clients
	$(BUF) generate --template clients/python/buf.gen.yaml
	$(BUF) generate --template clients/typescript/buf.gen.yaml

clients-generate-check: clients-generate ## fail if the clients' generated code is not what the pinned generators write
	@git diff --exit-code HEAD -- clients && test -z "$$(git ls-files --others --exclude-standard -- clients)" || { echo "generated clients differ: run make clients-generate and commit" >&2; exit 1; }

clients-test: build ## run the clients' tests and examples against the real server
	@bash clients/test.sh $(BIN)
