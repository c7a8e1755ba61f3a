#!/usr/bin/env bash
# Measures other programs beside leadscore on real data: train/bench/run.sh BINARY. A measurement, no test.
# Installs the versions of requirements.txt into build/bench/venv; the rest is in peers.py.
set -euo pipefail
cd "$(dirname "$0")/../.."
bin=$1
data=${DATA:-../shared/data}
[ -f "$data/README.md" ] || { echo "peers: skipped: the real data are not in $data" >&2; exit 0; }
mkdir -p build/bench
if ! cmp -s train/bench/requirements.txt build/bench/installed.txt; then
	python3 -m venv build/bench/venv
	build/bench/venv/bin/pip install --quiet --disable-pip-version-check -r train/bench/requirements.txt
	cp train/bench/requirements.txt build/bench/installed.txt
fi
only=${ONLY:-x_education,bank,telco,adult,ibm}
go run ./cmd/quality -data "$data" -only "$only" -write build/bench/data
echo "leadscore …" >&2
go run ./cmd/quality -data "$data" -only "$only" -bin "$bin" -json >build/bench/ours.json || true # a missed goal is a line of the table, too
export OMP_NUM_THREADS=${OMP_NUM_THREADS:-${THREADS:-$(nproc)}}
build/bench/venv/bin/python train/bench/peers.py build/bench/data --ours build/bench/ours.json --only "$only" ${METHODS:+--methods "$METHODS"}
