"""Data types: one command after the other against one Balsa process and one redis-server, in turn."""

import math
import random
import statistics
from contextlib import ExitStack

from harness.compare import WARM_UP_COMMANDS, load, other_side, progress, run_benchmark
from harness.resp import Client, ReplyError, encode
from harness.targets import RedisTarget

BATCH = 500
FIRST_COMMANDS = 2_000
WARM_UP_SECONDS = {"redis": 0.5, "balsa": 4.0}  # a JVM compiles what has run ten thousand times
SMALL, LARGE = 10_000, 1_000_000
RANDOM = "__rand_int__"  # redis-benchmark puts a number of twelve digits below -r there


class Case:
    """A command, what it needs to be there, and out of how many numbers redis-benchmark picks one."""

    def __init__(self, name, words, load=(), distinct=SMALL, drains=None):
        self.name = name
        self.words = words.split()
        self.load = load
        self.distinct = distinct
        self.drains = drains


def member(i):
    return b"member:%012d" % i


def groups(head, items, size=20):
    """Commands of some items each."""
    for first in range(0, len(items), size):
        words = list(head)
        for item in items[first:first + size]:
            words += item
        yield words


def scored(key, count):
    chance = random.Random(count)
    return lambda: groups(["ZADD", key], [(chance.randrange(count), member(i)) for i in range(count)])


def set_of(key, first):
    return lambda: groups(["SADD", key], [(member(i),) for i in range(first, first + SMALL)])


def places():
    chance = random.Random(1)
    return groups(["GEOADD", "geo"], [
        (f"{chance.uniform(10, 20):.6f}", f"{chance.uniform(40, 50):.6f}", member(i)) for i in range(SMALL)])


def shuffled():
    numbers = list(range(SMALL))
    random.Random(2).shuffle(numbers)
    return groups(["RPUSH", "numbers"], [(number,) for number in numbers])


def cases(value_bytes):
    value = "x" * value_bytes
    return [
        Case("LPUSH", f"LPUSH list {value}"),
        Case("RPOP", "RPOP drained", drains=lambda n: groups(["RPUSH", "drained"], [(value,)] * n)),
        Case("HSET", f"HSET hash field:{RANDOM} {value}"),
        Case("HGET", f"HGET hash field:{RANDOM}"),
        # Out of so many that hardly one is there: Redis writes nothing to disk for a member that is.
        Case("SADD", f"SADD set:growing member:{RANDOM}", distinct=1_000_000_000),
        Case("SISMEMBER", f"SISMEMBER set:a member:{RANDOM}", set_of("set:a", 0)),
        Case("ZADD", f"ZADD zset {RANDOM} member:{RANDOM}", scored("zset", SMALL)),
        Case("ZRANGE 10", "ZRANGE zset 5000 5009", scored("zset", SMALL)),
        Case("ZRANK", f"ZRANK zset member:{RANDOM}", scored("zset", SMALL)),
        Case("XADD", "XADD stream * field value"),
        Case("XRANGE 10", "XRANGE stream:read - + COUNT 10",
             lambda: [["XADD", "stream:read", "*", "field", "value"]] * SMALL),
        Case("GEOSEARCH", "GEOSEARCH geo FROMLONLAT 15 45 BYRADIUS 50 km ASC", places),
        Case("BITCOUNT 1 MB", "BITCOUNT bits", lambda: [["SET", "bits", b"\x5a" * 1_000_000]]),
        Case("SORT 10k", "SORT numbers", shuffled),
        Case("SUNION 2 x 10k", "SUNION set:a set:b",
             lambda: [*set_of("set:a", 0)(), *set_of("set:b", SMALL // 2)()]),
        Case("ZADD 1M", f"ZADD zset:large {RANDOM} member:{RANDOM}", scored("zset:large", LARGE), LARGE),
        Case("ZRANK 1M", f"ZRANK zset:large member:{RANDOM}", scored("zset:large", LARGE), LARGE),
        Case("ZRANGE 10 1M", "ZRANGE zset:large 500000 500009", scored("zset:large", LARGE), LARGE),
    ]


def run(given, directory, out):
    """Rows, one for each command and pipeline."""
    rows = []
    known = cases(given.value_bytes)
    wanted = [case for case in known if not given.commands or any(
        case.name.lower().startswith(text) for text in given.commands)]
    print("\n" + LINE.format("", "pipe", "redis", "balsa", "", "redis", "balsa", "redis", "balsa"), file=out)
    print(LINE.format("command", "line", "per s", "per s", "ratio", "p99 ms", "p99 ms", "CPU us", "CPU us"), file=out)
    with ExitStack() as stack:
        redis = stack.enter_context(RedisTarget(directory / "types", 0))
        balsa = stack.enter_context(other_side(given, directory / "types", "a"))
        for target in (redis, balsa):
            progress(f"  warming up {target.name}", out)
            for pipeline in given.pipelines:
                count = WARM_UP_COMMANDS // (10 if pipeline == 1 else 1)
                load(given, target.load_port(), "set,get", pipeline, count)
        for case in wanted:
            for target in (redis, balsa):
                progress(f"  filling {target.name} for {case.name}", out)
                send(target.load_port(), case.load() if callable(case.load) else case.load)
            for pipeline in given.pipelines:
                rows.append(point(given, redis, balsa, case, pipeline, out))
                print(line(rows[-1]), file=out, flush=True)
    print(f"\nratio = balsa / redis in commands per second, medians of {given.rounds} rounds, run in turn; "
          f"geometric mean {geometric_mean(rows):.2f}.", file=out)
    return rows


def send(port, commands):
    """Sends commands, some at once, and reads what they answer."""
    with Client(port, timeout=120) as client:
        batch = []
        for words in commands:
            batch.append(encode(words))
            if len(batch) == BATCH:
                exchange(client, batch)
                batch = []
        exchange(client, batch)


def exchange(client, batch):
    client.socket.sendall(b"".join(batch))
    for _ in batch:
        reply = client.reply()
        if isinstance(reply, ReplyError):
            raise reply


def point(given, redis, balsa, case, pipeline, out):
    """Warms up, finds how many commands take Redis --type-seconds, and measures both in turn."""
    row = {"command": case.name, "pipeline": pipeline, "error": None}
    sides = {"redis": redis, "balsa": balsa}
    rate = {}
    for side, target in sides.items():
        # Twice: by the first run's speed, the second one's length.
        for count in (FIRST_COMMANDS // (20 if "10k" in case.name else 1), None):
            requests = count or max(100, int(rate[side] * WARM_UP_SECONDS[side]))
            one = once(given, target, case, pipeline, requests)
            if "error" in one:
                return row | {"error": one["error"]}
            rate[side] = one["per_second"]
    requests = max(100, int(rate["redis"] * given.type_seconds))
    runs = {side: [] for side in sides}
    for number in range(1, given.rounds + 1):
        for side, target in sides.items():
            progress(f"  {case.name} pipeline {pipeline}, round {number} of {given.rounds}, {side}", out)
            one = once(given, target, case, pipeline, requests)
            if "error" in one:
                return row | {"error": one["error"]}
            runs[side].append(one)
    row["requests"] = requests
    for side in sides:
        row[f"{side}_runs"] = runs[side]
        row[side] = {key: statistics.median(one[key] for one in runs[side]) for key in runs[side][0]}
    row["ratio"] = row["balsa"]["per_second"] / row["redis"]["per_second"]
    return row


def once(given, target, case, pipeline, requests):
    if case.drains:
        send(target.load_port(), case.drains(requests))
    before = target.usage()
    one = run_benchmark(given, target.load_port(), pipeline, requests, case.distinct, case.words)
    if "error" in one:
        return {"error": one["error"] + target.last_complaints()}
    one["cpu_micros_per_command"] = target.usage().since(before).cpu_micros / requests
    return one


def geometric_mean(rows):
    ratios = [row["ratio"] for row in rows if row.get("ratio")]
    return math.exp(sum(map(math.log, ratios)) / len(ratios)) if ratios else 0.0


LINE = "{:<16}{:>5}{:>12}{:>12}{:>8}{:>10}{:>10}{:>11}{:>11}"


def line(row):
    if row["error"]:
        return f"{row['command']:<16}{row['pipeline']:>5}  {row['error']}"
    redis, balsa = row["redis"], row["balsa"]
    return LINE.format(
        row["command"], row["pipeline"], f"{redis['per_second']:,.0f}", f"{balsa['per_second']:,.0f}",
        f"{row['ratio']:.2f}", f"{redis['p99_millis']:.2f}", f"{balsa['p99_millis']:.2f}",
        f"{redis['cpu_micros_per_command']:.2f}", f"{balsa['cpu_micros_per_command']:.2f}")
