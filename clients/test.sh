#!/usr/bin/env bash
# Tests and examples of all clients against the real server, without security and with TLS and a token. Usage: test.sh BINARY
# What is not installed is skipped, and said so; under CI=true it is an error.
set -euo pipefail
cd "$(dirname "$0")/.."
leadscore=$(realpath "$1")
dir=$PWD/build/clients
rm -rf "$dir" && mkdir -p "$dir"

skipped=0
have() { # have PROGRAM CLIENT
	command -v "$1" >/dev/null && return
	if [ "${CI:-}" = true ]; then
		echo "clients: no $1, which the $2 client needs" >&2
		exit 1
	fi
	echo "SKIPPED: the $2 client: no $1"
	skipped=$((skipped + 1))
	return 1
}

"$leadscore" simulate --leads 2000 --seed 7 --out "$dir/data" >/dev/null
"$leadscore" init --leads "$dir/data/leads.csv" --events "$dir/data/events.csv" --out "$dir" >/dev/null 2>&1
"$leadscore" train --schema "$dir/schema.yaml" --rules "$dir/rules.yaml" --leads "$dir/data/leads.csv" --events "$dir/data/events.csv" \
	--store "$dir/store" --model deals >/dev/null 2>&1
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost \
	-addext subjectAltName=DNS:localhost,IP:127.0.0.1 -keyout "$dir/server.key" -out "$dir/server.pem" 2>/dev/null
LEADSCORE_TOKEN=$("$leadscore" token new --tokens "$dir/tokens.yaml" --name clients --scopes score,read 2>/dev/null)

servers=()
trap 'kill "${servers[@]}" 2>/dev/null || true; wait 2>/dev/null || true' EXIT
serve() { # serve NAME FLAGS...: sets address
	"$leadscore" serve --store "$dir/store" --model deals --listen 127.0.0.1:0 "${@:2}" 2>"$dir/$1.log" &
	servers+=($!)
	until address=$(grep -o 'msg=serving address=[^ ]*' "$dir/$1.log"); do
		kill -0 "${servers[-1]}" 2>/dev/null || { cat "$dir/$1.log" >&2; exit 1; }
		sleep 0.1
	done
	address=${address##*=}
}
serve plain && export LEADSCORE_ADDRESS=$address
serve secure --tls-cert "$dir/server.pem" --tls-key "$dir/server.key" --tokens "$dir/tokens.yaml"
export LEADSCORE_SECURE=localhost:${address##*:} LEADSCORE_CA=$dir/server.pem LEADSCORE_TOKEN

refused() { # refused FILE: the example's output must name both violated fields
	cat "$1"
	grep -q 'lead.fields\["colour"\]' "$1" && grep -q 'lead.fields\["employees"\]' "$1"
}

if have python3 Python; then
	echo "── Python"
	python3 -m venv "$dir/python"
	"$dir/python/bin/pip" install --quiet --disable-pip-version-check "./clients/python[test]" "tritonclient[grpc]==2.73.0"
	"$dir/python/bin/python" -m pytest -q clients/python/tests
	(cd clients/python && "$dir/python/bin/mypy" --cache-dir "$dir/mypy")
	"$dir/python/bin/python" clients/python/examples/score.py "$LEADSCORE_ADDRESS" deals >"$dir/python.txt"
	refused "$dir/python.txt"
	"$dir/python/bin/python" clients/inference/check.py "$LEADSCORE_ADDRESS" deals
fi
if have npm TypeScript; then
	echo "── TypeScript"
	(cd clients/typescript && npm ci --no-audit --no-fund --loglevel=error && npm test --silent)
	node clients/typescript/dist/example.js "http://$LEADSCORE_ADDRESS" deals >"$dir/typescript.txt"
	refused "$dir/typescript.txt"
fi
if have mvn Java; then
	echo "── Java"
	(cd clients/java && mvn -q -B -Dstyle.color=never package && env -u LEADSCORE_CA -u LEADSCORE_TOKEN mvn -q -B -Dstyle.color=never exec:java -Dexec.args="$LEADSCORE_ADDRESS deals" >"$dir/java.txt" &&
		mvn -q -B -Dstyle.color=never exec:java -Dexec.args="$LEADSCORE_SECURE deals" >>"$dir/java.txt")
	refused "$dir/java.txt"
	[ "$(grep -c 'L-17: ' "$dir/java.txt")" = 2 ]
fi
if grep -hE 'annual_revenue|pricing_page|msg=call.*level=ERROR' "$dir"/plain.log "$dir"/secure.log; then
	echo "clients: the server's log holds what it should not" >&2
	exit 1
fi
if [ "$skipped" -gt 0 ]; then
	echo "clients: $skipped of 3 skipped, the others pass"
else
	echo "clients: all pass"
fi
