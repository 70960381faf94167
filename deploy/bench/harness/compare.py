"""Speed: redis-benchmark against both sides in turn."""

import csv
import io
import statistics
import subprocess
import time
from contextlib import ExitStack

from harness import transactions
from harness.resp import Client
from harness.targets import BalsaCluster, BalsaServer, RedisTarget

RUN_SECONDS_MAX = 900
WARM_UP_COMMANDS = 500_000
# A transaction is seven commands and two round trips, and a Python program asks for it.
TRANSACTIONS_FEWER_BY = 4
TITLES = {
    "a": "a: one process",
    "b": "b: three replicas, leader's port",
    "b-front": "b: three replicas, front",
}


def run(given, directory, out):
    """All rows: a list of dictionaries, one for each scenario, command and pipeline."""
    rows = []
    for scenario in ["a", "b"] if given.scenario == "all" else [given.scenario]:
        with ExitStack() as stack:
            where = directory / scenario
            redis = stack.enter_context(RedisTarget(where, 0 if scenario == "a" else 2))
            balsa = stack.enter_context(other_side(given, where, scenario))
            ways = {scenario: balsa.load_port}
            if scenario == "b" and isinstance(balsa, BalsaCluster):
                ways["b-front"] = balsa.front_port
            # Transactions write keys of their own.
            for target in () if given.commands == ["transaction"] else (redis, balsa):
                print(f"Filling {target.name} with {given.keys:,} keys ...", file=out, flush=True)
                with Client(target.load_port(), timeout=120) as client:
                    client.fill(given.keys, given.value_bytes)
            warm_up(given, redis, ways, out)
            for command in given.commands:
                for pipeline in given.pipelines:
                    rows += point(given, redis, balsa, ways, command, pipeline, out)
    return rows


def other_side(given, where, scenario):
    if given.self_test:
        return RedisTarget(where, 0 if scenario == "a" else 2, name="balsa")
    return BalsaServer(where, given.balsa) if scenario == "a" else BalsaCluster(where, given.balsa)


def warm_up(given, redis, ways, out):
    """A JVM compiles what it runs often, so the first seconds say nothing. Redis gets the same."""
    print("Warming up ...", file=out, flush=True)
    for command in given.commands:
        for pipeline in sorted(set(given.pipelines)):
            least = WARM_UP_COMMANDS if pipeline > 1 else WARM_UP_COMMANDS // 10
            for port in [redis.load_port()] + [way() for way in ways.values()]:
                load(given, port, command, pipeline, max(least, asked(given, command, 1)))


def asked(given, command, pipeline):
    """How many commands, or transactions, a run is."""
    if command == "transaction":
        return max(1, given.requests // TRANSACTIONS_FEWER_BY)
    return given.requests * (1 if pipeline == 1 else 5)


def point(given, redis, balsa, ways, command, pipeline, out):
    """Alternates between the sides; a row for each way to reach Balsa."""
    requests = asked(given, command, pipeline)
    sides = {"redis": (redis, redis.load_port)}
    sides.update({way: (balsa, port) for way, port in ways.items()})
    runs = {side: [] for side in sides}
    error = {}
    for number in range(1, given.rounds + 1):
        for side, (target, port) in sides.items():
            progress(f"  {command} pipeline {pipeline}, round {number} of {given.rounds}, {side}", out)
            one = measured(given, target, port(), command, pipeline, requests)
            if "error" in one:
                error[side] = one["error"]
            else:
                runs[side].append(one)
    progress("", out)
    rows = []
    for way in ways:
        row = {"scenario": TITLES[way], "command": command, "pipeline": pipeline, "requests": requests,
               "error": error.get("redis") or error.get(way), "redis_runs": runs["redis"], "balsa_runs": runs[way]}
        if runs["redis"] and runs[way]:
            row["redis"] = medians(runs["redis"])
            row["balsa"] = medians(runs[way])
        rows.append(row)
    return rows


def progress(text, out):
    """One line that is written over, where somebody watches."""
    if out.isatty():
        print(f"{text:<70}", end="\r", file=out, flush=True)


def measured(given, target, port, command, pipeline, requests):
    """One run, with what the servers used during it."""
    before = target.usage()
    start = time.monotonic()
    result = load(given, port, command, pipeline, requests)
    seconds = time.monotonic() - start
    used = target.usage().since(before)
    if "error" in result:
        return {"error": result["error"] + target.last_complaints()}
    result.update({
        "seconds": seconds,
        "cpu_micros_per_command": used.cpu_micros / requests,
        "user_micros_per_command": used.user_micros / requests,
        "system_micros_per_command": used.system_micros / requests,
        "switches_per_command": used.switches / requests,
        "threads": {name: {"cpu_micros_per_command": micros / requests, "switches_per_command": switches / requests}
                    for name, (micros, switches) in sorted(used.threads.items(), key=lambda item: -item[1][0])
                    if micros / requests >= 0.005 or switches / requests >= 0.005},
    })
    return result


def load(given, port, command, pipeline, requests):
    """Runs one of redis-benchmark's own tests, or transactions, once: throughput and latencies, or an error."""
    if command == "transaction":
        return transactions.load(port, given.clients, requests, given.value_bytes)
    return run_benchmark(given, port, pipeline, requests, given.keys, ["-t", command, "-d", str(given.value_bytes)])


def run_benchmark(given, port, pipeline, requests, distinct, what):
    """Runs redis-benchmark once with a test or a command of ours."""
    words = ["redis-benchmark", "-h", "127.0.0.1", "-p", str(port), "-c", str(given.clients), "-P", str(pipeline),
             "-n", str(requests), "-r", str(distinct), "--csv", "--precision", "3"] + what
    try:
        done = subprocess.run(words, capture_output=True, text=True, timeout=RUN_SECONDS_MAX, check=False)
    except subprocess.TimeoutExpired:
        return {"error": f"{' '.join(words)} did not end within {RUN_SECONDS_MAX} s"}
    for row in csv.DictReader(io.StringIO(done.stdout[max(0, done.stdout.find('"test"')):])):
        if done.returncode == 0 and row.get("rps"):
            return {"per_second": float(row["rps"]), "p50_millis": float(row["p50_latency_ms"]),
                    "p99_millis": float(row["p99_latency_ms"]), "max_millis": float(row["max_latency_ms"])}
    lines = (done.stderr.strip() or done.stdout.strip() or "no output").splitlines()
    return {"error": f"{' '.join(words)}: {lines[-1]}"}


def medians(runs):
    keys = [key for key, value in runs[0].items() if isinstance(value, (int, float))]
    middle = {key: statistics.median(run[key] for run in runs) for key in keys}
    # The worst of all is the worst of all.
    middle["max_millis"] = max(run["max_millis"] for run in runs)
    return middle
