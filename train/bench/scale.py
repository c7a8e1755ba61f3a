"""make bench-peers: leadscore and its peers on the same large files, in turns, whole processes.

    python3 train/bench/scale.py --work train,score,events --leads 1000000 --repeat 5

Each round runs every program once, so that what the machine does besides meets all alike. It prints a table of Markdown: median, least and
most of the seconds, the processor's seconds, which other work on the machine hardly moves, the peak of memory, and the AUC on the newest fifth. Programs that take minutes may run fewer times (--slow-repeat); the
table says how often each ran. Peers live in a virtual environment of pinned versions (scale_requirements.txt), made once.
"""
import argparse
import json
import os
import platform
import signal
import statistics
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
WORK = {
    "train": ["leadscore", "sklearn-lbfgs", "sklearn-newton-cholesky", "glum", "lightgbm", "ebm"],
    "score": ["leadscore", "sklearn-score"],
    "events": ["leadscore", "events-pandas", "events-polars", "events-duckdb"],
}
SLOW = {"ebm", "sklearn-lbfgs", "sklearn-newton-cholesky"}


def run(command, timeout):
    """Seconds, peak MB, output, all of the whole process; None where it did not end in time."""
    start = time.monotonic()
    child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True)
    try:
        out, err = child.communicate(timeout=timeout)
    except subprocess.TimeoutExpired:
        os.killpg(child.pid, signal.SIGKILL)  # with the program that it measures
        child.communicate()
        return None
    seconds = time.monotonic() - start
    if child.returncode:
        sys.exit(f"{' '.join(command)}\n{err}")
    return seconds, out


def measure(command, timeout, python):
    """Runs the command under a small parent of its own, whose children's peak is the command's."""
    wrapper = ("import json,resource,subprocess,sys;"
               "r=subprocess.run(sys.argv[1:],stdout=subprocess.PIPE,stderr=subprocess.PIPE,text=True);"
               "sys.stderr.write(r.stderr);"
               "u=resource.getrusage(resource.RUSAGE_CHILDREN);"
               "print(json.dumps({'peak':u.ru_maxrss/1024,'cpu':u.ru_utime+u.ru_stime,'out':r.stdout}));"
               "sys.exit(r.returncode)")
    result = run([python, "-c", wrapper] + command, timeout)
    if result is None:
        return None
    seconds, out = result
    report = json.loads(out.strip().splitlines()[-1])
    return seconds, report["peak"], report["out"], report["cpu"]


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--work", default="train,score,events")
    p.add_argument("--leads", type=int, default=1_000_000)
    p.add_argument("--events", type=int, default=30_000_000)
    p.add_argument("--repeat", type=int, default=5)
    p.add_argument("--slow-repeat", type=int, default=0, help="of programs that take minutes; 0: as the others")
    p.add_argument("--only", default="", help="programs, separated by commas; leadscore always runs")
    p.add_argument("--timeout", type=float, default=3600)
    p.add_argument("--bin", default="build/leadscore")
    p.add_argument("--benchdata", default="build/benchdata")
    p.add_argument("--folder", default="build/bench")
    p.add_argument("--venv", default="build/bench/venv")
    a = p.parse_args()
    python = prepare(a)
    only = set(filter(None, a.only.split(",")))
    print(f"{time.strftime('%Y-%m-%d')} · {machine()} · {versions(python)}\n")
    for work in a.work.split(","):
        names = [n for n in WORK[work] if n == "leadscore" or not only or n in only]
        bench(a, python, work, names)


def prepare(a):
    python = os.path.join(a.venv, "bin", "python")
    if not os.path.exists(python):
        subprocess.run([sys.executable, "-m", "venv", a.venv], check=True)
        subprocess.run([python, "-m", "pip", "install", "-q", "-r", os.path.join(HERE, "scale_requirements.txt")], check=True)
    return python


def data(a, work):
    events = a.events if work == "events" else 0
    folder = os.path.join(a.folder, f"{a.leads}-{events}")
    if not os.path.exists(os.path.join(folder, "rules.yaml")):
        subprocess.run([a.benchdata, "-leads", str(a.leads), "-events", str(events), "-out", folder], check=True)
    return folder


def own(a, work, folder):
    store = os.path.join(folder, "store")  # versions of earlier rounds do no harm
    schema, rules, leads = (os.path.join(folder, name) for name in ("schema.yaml", "rules.yaml", "leads.parquet"))
    train = [a.bin, "train", "--schema", schema, "--rules", rules, "--leads", leads, "--store", store, "--model", "bench", "--json"]
    if work == "train":
        return train
    if work == "score":
        if not os.path.exists(store):
            subprocess.run(train, check=True, stdout=subprocess.DEVNULL)
        return [a.bin, "score", "--store", store, "--model", "bench", "--leads", leads, "--as-of", "snapshot", "--out", os.path.join(folder, "scores.parquet"), "--json"]
    return [a.bin, "snapshots", "--schema", schema, "--leads", leads, "--events", os.path.join(folder, "events.parquet"),
            "--engagement", "--out", os.path.join(folder, "figures.parquet"), "--json"]


def bench(a, python, work, names):
    folder = data(a, work)
    results = {name: [] for name in names}
    peer = os.path.join(HERE, "scale_peer.py")
    for turn in range(a.repeat):
        for name in names:
            if name in SLOW and a.slow_repeat and turn >= a.slow_repeat or None in results[name]:
                continue
            command = own(a, work, folder) if name == "leadscore" else [python, peer, name, folder, os.path.join(folder, f"{name}.parquet")]
            result = measure(command, a.timeout, python)
            results[name].append(result)
            print(f"  {name}: {'no end within %.0f s' % a.timeout if result is None else '%.2f s, %.0f MB' % result[:2]}", file=sys.stderr, flush=True)
    table(a, work, results)


def table(a, work, results):
    base = results["leadscore"]
    ours = statistics.median(r[0] for r in base)
    ours_peak = max(r[1] for r in base)
    print(f"### {work}: {a.leads:,} leads" + (f", {a.events:,} events" if work == "events" else "") + "\n")
    ours_cpu = statistics.median(r[3] for r in base)
    print("| program | runs | seconds (median) | least–most | × leadscore | seconds of processor | × leadscore | peak MB | × leadscore | AUC |\n"
          "|---|---|---|---|---|---|---|---|---|---|")
    for name, runs in results.items():
        ended = [r for r in runs if r]
        if not ended:
            print(f"| {name} | {len(runs)} | > {a.timeout:.0f} | | > {a.timeout / ours:.1f} | | | | | |")
            continue
        seconds, cpu, peak = statistics.median(r[0] for r in ended), statistics.median(r[3] for r in ended), max(r[1] for r in ended)
        print(f"| {name} | {len(ended)} | {seconds:.2f} | {min(r[0] for r in ended):.2f}–{max(r[0] for r in ended):.2f} | {seconds / ours:.1f} "
              f"| {cpu:.2f} | {cpu / ours_cpu:.1f} | {peak:.0f} | {peak / ours_peak:.1f} | {auc(ended[-1][2])} |")
    print(flush=True)


def auc(out):
    """The AUC on the newest fifth, of a peer's line or leadscore's summary."""
    try:
        report = json.loads(out)
    except ValueError:
        return ""
    if "auc" in report:
        return f"{report['auc']:.4f}"
    found = (report.get("validation") or {}).get("model") or {}
    return f"{found['auc']['value']:.4f}" if "auc" in found else ""


def machine():
    cpu = platform.processor() or platform.machine()
    try:
        with open("/proc/cpuinfo") as f:
            cpu = next(line.split(":")[1].strip() for line in f if line.startswith("model name"))
    except (OSError, StopIteration):
        pass
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{cpu}, {os.cpu_count()} cores, {memory:.0f} GiB"


def versions(python):
    names = "pandas pyarrow scikit-learn glum lightgbm interpret-core polars duckdb"
    code = f"import importlib.metadata as m;print(', '.join(n+' '+m.version(n) for n in '{names}'.split()))"
    return subprocess.run([python, "-c", code], check=True, capture_output=True, text=True).stdout.strip()


if __name__ == "__main__":
    main()
