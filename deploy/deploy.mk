# Releases, and checks of what is deployed. The root Makefile includes this file.   make release | deploy-check

PLATFORMS := linux/amd64 linux/arm64 darwin/amd64 darwin/arm64 windows/amd64 windows/arm64

.PHONY: release deploy-check

release: ## build the binary for Linux, macOS and Windows, amd64 and arm64, by the Go that go.mod names, into build/release, with checksums
	@rm -rf build/release && mkdir -p build/release
	@for platform in $(PLATFORMS); do \
		os=$${platform%/*} arch=$${platform#*/}; out=build/release/leadscore_$${os}_$${arch}; \
		[ $$os != windows ] || out=$$out.exe; \
		GOTOOLCHAIN=$${GOTOOLCHAIN:-$$(sed -n 's/^toolchain //p' go.mod)} CGO_ENABLED=0 GOOS=$$os GOARCH=$$arch $(GO) build -trimpath -ldflags=-s -o $$out ./cmd/leadscore || exit 1; \
		echo "built $$out"; \
	done
	@cd build/release && sha256sum leadscore_* >SHA256SUMS && cat SHA256SUMS

deploy-check: build ## check the Kubernetes manifests, the systemd unit and the container image
	@bash deploy/check.sh $(BIN)
