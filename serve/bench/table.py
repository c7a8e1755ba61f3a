"""Prints compare.sh's results as a Markdown table: the median over the rounds. usage: table.py RESULTS"""

import collections
import json
import statistics
import sys

rounds = collections.defaultdict(list)
for line in open(sys.argv[1]):
    row = json.loads(line)
    rounds[row["name"]].append(row)


def median(name, figure):
    return statistics.median(row[figure] for row in rounds[name])


print("| | one lead a call: calls a second | p50, ms | p99, ms | 1,000 leads a call: leads a second | p50, ms |")
print("|---|---:|---:|---:|---:|---:|")
for name in dict.fromkeys(name.split("|")[0] for name in rounds):
    one, many = name + "|1", name + "|1000"
    print(f"| {name} | {median(one, 'per_second'):,.0f} | {median(one, 'p50_ms'):.2f} | {median(one, 'p99_ms'):.2f} "
          f"| {1000 * median(many, 'per_second'):,.0f} | {median(many, 'p50_ms'):.0f} |")
