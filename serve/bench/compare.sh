#!/usr/bin/env bash
# What a lead costs here, and what it costs with a scikit-learn pipeline behind FastAPI or MLServer: the same leads, the same machine, one
# load generator, in turns. Usage: compare.sh [ROUNDS] [SECONDS]; everything lands in build/bench-serve, the table on stdout.
# VENV may name a virtual environment that has requirements.txt.
set -euo pipefail
cd "$(dirname "$0")/../.."
rounds=${1:-3} seconds=${2:-5} here=serve/bench dir=build/bench-serve
cores=$(nproc)
rm -rf "$dir" && mkdir -p "$dir"
if [ -z "${VENV:-}" ]; then
	VENV=build/bench-venv
	[ -x "$VENV/bin/mlserver" ] || { python3 -m venv "$VENV" && "$VENV/bin/pip" install -q -r "$here/requirements.txt"; }
fi
VENV=$(realpath "$VENV")
export CGO_ENABLED=0
go build -trimpath -o "$dir/leadscore" ./cmd/leadscore
go build -o "$dir/benchload" ./cmd/benchload

exec 3>&1 1>&2 # the table alone goes to stdout
"$dir/leadscore" simulate --leads 20000 --seed 7 --out "$dir/data"
"$dir/leadscore" init --leads "$dir/data/leads.csv" --events "$dir/data/events.csv" --out "$dir"
"$dir/leadscore" train --schema "$dir/schema.yaml" --rules "$dir/rules.yaml" --leads "$dir/data/leads.csv" --events "$dir/data/events.csv" \
	--store "$dir/store" --model deals
"$VENV/bin/python" "$here/prepare.py" "$dir/data" "$dir/schema.yaml" "$dir"

pids=()
trap 'kill "${pids[@]}" 2>/dev/null || true; wait' EXIT
"$dir/leadscore" serve --store "$dir/store" --model deals --listen 127.0.0.1:58051 --http-listen 127.0.0.1:58080 2>"$dir/leadscore.log" &
pids+=($!)
MODEL="$dir/model/model.joblib" PYTHONPATH="$here" "$VENV/bin/uvicorn" app:app --host 127.0.0.1 --port 58000 --workers "$cores" --log-level warning >"$dir/fastapi.log" 2>&1 &
pids+=($!)
cat >"$dir/model/model-settings.json" <<JSON
{"name": "deals", "implementation": "mlserver_sklearn.SKLearnModel", "parameters": {"uri": "./model.joblib"}}
JSON
cat >"$dir/model/settings.json" <<JSON
{"host": "127.0.0.1", "http_port": 58081, "grpc_port": 58082, "metrics_port": 58083, "parallel_workers": $cores, "debug": false}
JSON
(cd "$dir/model" && exec "$VENV/bin/mlserver" start .) >"$dir/mlserver.log" 2>&1 & # it writes where it stands
pids+=($!)

ready() { # URL LOG
	for _ in $(seq 600); do
		curl -sf -o /dev/null "$1" && return
		sleep 0.2
	done
	tail -20 "$2" && exit 1
}
ready http://127.0.0.1:58080/openapi.json "$dir/leadscore.log"
ready http://127.0.0.1:58000/openapi.json "$dir/fastapi.log"
ready http://127.0.0.1:58081/v2/models/deals/ready "$dir/mlserver.log"

infer=http://127.0.0.1:58081/v2/models/deals/infer
ask() { "$dir/benchload" -name "$1" -seconds "$seconds" "${@:2}" >>"$dir/results.jsonl"; }
for _ in $(seq "$rounds"); do
	for size in 1 1000; do
		callers=8 path=leads:score method=ScoreLead
		[ "$size" = 1 ] || { callers=2 path=leads:batchScore method=BatchScoreLeads; }
		for word in numbers explained; do
			ask "leadscore gRPC, $word|$size" -callers $callers -grpc 127.0.0.1:58051 -method $method -bodies "$dir/leadscore-$word-$size.jsonl"
			ask "leadscore HTTP, $word|$size" -callers $callers -url "http://127.0.0.1:58080/v1/$path" -bodies "$dir/leadscore-$word-$size.jsonl"
		done
		ask "FastAPI + scikit-learn|$size" -callers $callers -url http://127.0.0.1:58000/score -bodies "$dir/fastapi-$size.jsonl"
		ask "MLServer + scikit-learn|$size" -callers $callers -url $infer -bodies "$dir/mlserver-$size.jsonl"
	done
done
"$VENV/bin/python" "$here/table.py" "$dir/results.jsonl" >&3
