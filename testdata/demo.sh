#!/usr/bin/env bash
# The main job, end to end, on a made-up history. Usage: demo.sh BINARY. Everything lands in build/demo.
set -euo pipefail
leadscore=$(realpath "$1")
dir=build/demo
rm -rf "$dir" && mkdir -p "$dir"

step() { printf '\n── %s\n' "$1"; shift; printf '$ leadscore %s\n' "$*"; "$leadscore" "$@"; }

step "A made-up history of 5,000 leads" simulate --leads 5000 --seed 7 --out "$dir/data"
step "What is in it? A schema and a first rule book" init --leads "$dir/data/leads.csv" --events "$dir/data/events.csv" --out "$dir"
step "Train, and compare model and rules on the newest leads" train --schema "$dir/schema.yaml" --rules "$dir/rules.yaml" \
	--leads "$dir/data/leads.csv" --events "$dir/data/events.csv" --store "$dir/store" --model deals
step "Score a file of new leads" score --store "$dir/store" --model deals \
	--leads "$dir/data/newleads.csv" --events "$dir/data/newevents.csv" --as-of 2026-07-01 --out "$dir/scores.csv"
head -3 "$dir/scores.csv" | cut -c1-160

printf '\n── Serve, and score one lead over gRPC\n'
printf '$ leadscore serve --store %s --model deals --listen 127.0.0.1:0\n' "$dir/store"
"$leadscore" serve --store "$dir/store" --model deals --listen 127.0.0.1:0 2>"$dir/serve.log" & # a free port: the log says which
server=$!
trap 'kill $server 2>/dev/null || true; wait $server 2>/dev/null || true' EXIT
until address=$(grep -o 'msg=serving address=[^ ]*' "$dir/serve.log"); do
	kill -0 $server 2>/dev/null || { cat "$dir/serve.log" >&2; exit 1; }
	sleep 0.1
done
address=${address##*=}
echo "listening on $address"
cat >"$dir/lead.json" <<'LEAD'
{
  "id": "L-new",
  "created_time": "2026-06-20T09:00:00Z",
  "fields": {"country": "DE", "employees": 250, "industry": "software", "seniority": "executive", "role": "operations",
             "source": "referral", "email": "jane@halberin.example", "newsletter_opt_out": false, "annual_revenue": null},
  "events": [
    {"type": "webinar_attended", "time": "2026-06-21T14:00:00Z"},
    {"type": "pricing_page", "time": "2026-06-25T08:30:00Z"},
    {"type": "demo_request", "time": "2026-06-26T10:00:00Z"}
  ]
}
LEAD
step "One lead, both scores, explained" ask --address "$address" --model deals --as-of 2026-06-27T09:00:00Z --lead "$dir/lead.json"
