#!/usr/bin/env bash
# Holds what is deployed against what checks it: the manifests against Kubernetes' own schemas, the unit against systemd, the image by
# building and looking into it. Usage: check.sh BINARY. What is not installed is skipped, and said so; under CI=true it is an error.
set -euo pipefail
cd "$(dirname "$0")/.."
dir=$PWD/build/deploy
rm -rf "$dir" && mkdir -p "$dir"

have() { # have PROGRAM WHAT
	command -v "$1" >/dev/null && return
	if [ "${CI:-}" = true ]; then
		echo "deploy: no $1, which checks the $2" >&2
		exit 1
	fi
	echo "SKIPPED: the $2: no $1"
	return 1
}

if have python3 "manifests"; then
	python3 -m venv "$dir/python"
	"$dir/python/bin/pip" install --quiet --disable-pip-version-check kubernetes-validate==1.37.0
	for version in 1.29 1.34; do
		"$dir/python/bin/kubernetes-validate" --strict --kubernetes-version "$version" deploy/kubernetes/leadscore.yaml
	done
	# The configuration in the manifest is one that the server reads.
	"$dir/python/bin/python" - "$dir/serve.yaml" <<-'PYTHON'
		import sys, yaml
		documents = list(yaml.safe_load_all(open("deploy/kubernetes/leadscore.yaml")))
		open(sys.argv[1], "w").write(documents[0]["data"]["serve.yaml"])
	PYTHON
	code=0
	"$1" serve --config "$dir/serve.yaml" --check >"$dir/check.txt" 2>&1 || code=$?
	if [ "$code" != 1 ] || ! grep -q '│ configuration *│ ok' "$dir/check.txt" || ! grep -q '│ flags *│ ok' "$dir/check.txt"; then
		cat "$dir/check.txt"
		echo "deploy: the manifest's serve.yaml is not one that the server reads (exit code $code)" >&2
		exit 1
	fi
	echo "manifests: as Kubernetes 1.29 and 1.34 want them; serve.yaml is read"
fi
if have systemd-analyze "systemd unit"; then
	# verify wants the program where the unit says, so it looks at a copy that names this one.
	sed "s#/usr/local/bin/leadscore#$(realpath "$1")#" deploy/systemd/leadscore.service >"$dir/leadscore.service"
	faults=$(SYSTEMD_LOG_LEVEL=warning systemd-analyze verify --man=no "$dir/leadscore.service" 2>&1 | grep 'leadscore.service' || true)
	[ -z "$faults" ] || { echo "$faults" >&2; exit 1; }
	exposure=$(systemd-analyze security --offline=true --threshold=20 --no-pager "$dir/leadscore.service" | tail -1)
	echo "unit: $exposure"
fi
if have buildah "container image"; then
	export BUILDAH_ISOLATION=chroot STORAGE_DRIVER=vfs
	buildah --root "$dir/storage" --runroot "$dir/run" build --quiet -f deploy/container/Dockerfile -t leadscore . >"$dir/image"
	from=$(buildah --root "$dir/storage" --runroot "$dir/run" from leadscore)
	[ "$(buildah --root "$dir/storage" --runroot "$dir/run" inspect --format '{{.OCIv1.Config.User}}' "$from")" = 65532:65532 ]
	buildah --root "$dir/storage" --runroot "$dir/run" run "$from" -- /leadscore --version
	files=$(find "$(buildah --root "$dir/storage" --runroot "$dir/run" mount "$from")" -xdev -type f -name '*' | grep -cvE '/(etc|dev|proc|sys|run)/')
	buildah --root "$dir/storage" --runroot "$dir/run" rm "$from" >/dev/null
	[ "$files" = 1 ] || { echo "image: $files files, want the program alone" >&2; exit 1; }
	echo "image: the program alone, as user 65532, runs"
	buildah --root "$dir/storage" --runroot "$dir/run" rmi --all >/dev/null
fi
