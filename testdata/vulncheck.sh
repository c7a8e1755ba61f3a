#!/usr/bin/env bash
# Looks for known vulnerabilities in what the program calls, by govulncheck ($1), with the Go that go.mod names. Its database is the service of the Go
# project or, where that cannot be reached, the same reports as the module golang.org/x/vulndb, from the module proxy and verified as any module. Where
# there is neither, the check says that it was skipped, and is no pass. REQUIRE_VULNCHECK=true makes that a fault.
set -euo pipefail
export GOTOOLCHAIN=${GOTOOLCHAIN:-$(sed -n 's/^toolchain //p' go.mod)}
database=${GOVULNDB:-https://vuln.go.dev}
if [[ $database == http* ]] && ! curl --silent --fail --max-time 20 --output /dev/null "$database/index/db.json"; then
	echo "govulncheck: the database $database cannot be reached; asking the module proxy for its reports" >&2
	outside=$(mktemp -d)
	trap 'rm -rf "$outside"' EXIT
	if ! (cd "$outside" && GOTOOLCHAIN=local GOFLAGS=-modcacherw go mod download -json golang.org/x/vulndb@latest >module.json 2>/dev/null); then
		echo "govulncheck: SKIPPED: the module proxy has no golang.org/x/vulndb either; nothing was checked" >&2
		[ "${REQUIRE_VULNCHECK:-false}" != true ] || exit 1
		exit 0
	fi
	reports=$(sed -n 's/^\t"Dir": "\(.*\)",\{0,1\}$/\1/p' "$outside/module.json")/data/osv
	version=$(sed -n 's/^\t"Version": "\(.*\)",\{0,1\}$/\1/p' "$outside/module.json")
	echo "govulncheck: $(find "$reports" -name 'GO-*.json' | wc -l) reports of golang.org/x/vulndb $version" >&2
	database=file://$reports
fi
"$1" -db "$database" ./...
