#!/usr/bin/env bash
# Runs every fuzz test of the module for $FUZZTIME each.
set -euo pipefail
for package in $(go list ./...); do
	for target in $(go test "$package" -list '^Fuzz' 2>/dev/null | grep '^Fuzz' || true); do
		echo "$package $target"
		go test "$package" -run '^$' -fuzz "^$target\$" -fuzztime "${FUZZTIME:-30s}" -fuzzminimizetime 1s # an input that seems new by the order of a map is no reason to stop
	done
done
