"""Memory: how much a key costs, by the server's own count and by the operating system's."""

import random
from contextlib import ExitStack

from harness.datatypes import groups, send
from harness.resp import Client
from harness.targets import BalsaServer, RedisTarget

VALUE_BYTES = (64, 8)
KEY_BYTES = 16


def run(given, directory, out):
    """Rows, one for each length of value. Each server starts empty for each row."""
    rows = []
    for value_bytes in VALUE_BYTES:
        row = {"key_bytes": KEY_BYTES, "value_bytes": value_bytes, "keys": given.keys, "error": None}
        for side in ("redis", "balsa"):
            print(f"Filling {side} with {given.keys:,} keys of {KEY_BYTES} + {value_bytes} bytes ...",
                  file=out, flush=True)
            with ExitStack() as stack:
                where = directory / f"memory-{value_bytes}-{side}"
                target = stack.enter_context(
                    RedisTarget(where, 0, persistent=False, name=side) if side == "redis" or given.self_test
                    else BalsaServer(where, given.balsa))
                row[side] = measure(target, given.keys, value_bytes)
        rows.append(row)
    return rows


def measure(target, keys, value_bytes):
    with Client(target.load_port(), timeout=120) as client:
        empty_used, empty_rss = used_memory(client), target.rss_bytes()
        client.fill(keys, value_bytes)
        size = client.call("DBSIZE")
        used, rss = used_memory(client), target.rss_bytes()
    return {
        "dbsize": size,
        "empty_rss_bytes": empty_rss,
        "rss_bytes": rss,
        "used_memory_per_key": (used - empty_used) / keys,
        "rss_per_key": (rss - empty_rss) / keys,
        "rss_per_key_with_empty_process": rss / keys,
    }


def elements(count):
    """What is filled with how many elements each, by name: commands as they are sent."""
    def random_scores():
        chance = random.Random(1)
        return groups(["ZADD", "zset"], [(chance.randrange(count), member16(i)) for i in range(count)])
    return {
        "hash of 5 fields (6 + 10 bytes), key of 16": (count, lambda: (hash_of_5(i) for i in range(count))),
        "member of a sorted set (16 bytes)": (count, random_scores),
        "member of a set (16 bytes)": (count, lambda: groups(["SADD", "set"], [(member16(i),) for i in range(count)])),
        "element of a list (16 bytes)": (
            count, lambda: groups(["RPUSH", "list"], [(member16(i),) for i in range(count)])),
        "entry of a stream (2 small fields)": (count, lambda: (
            ["XADD", "stream", f"{1_700_000_000_000 + i}-0", "sensor", i % 100, "value", i % 1000]
            for i in range(count))),
    }


def hash_of_5(i):
    words = ["HSET", b"key:%012d" % i]
    for field in range(5):
        words += [b"field%d" % field, b"value%05d" % (i % 99_999)]
    return words


def member16(i):
    return b"elem%012d" % i


def run_elements(given, directory, out):
    """Rows, one for each structure: used_memory per element, of one server of each side after the other."""
    count = max(5, given.keys // 5)
    rows = [{"element": name, "elements": number, "error": None} for name, (number, _) in elements(count).items()]
    where = directory / "elements"
    for side in ("redis", "balsa"):
        with ExitStack() as stack:
            target = stack.enter_context(
                RedisTarget(where, 0, persistent=False, name=side) if side == "redis" or given.self_test
                else BalsaServer(where, given.balsa))
            for row, (number, fill) in zip(rows, elements(count).values()):
                print(f"Filling {side}: {number:,} times {row['element']} ...", file=out, flush=True)
                with Client(target.load_port(), timeout=120) as client:
                    before = used_memory(client)
                    send(target.load_port(), fill())
                    row[side] = {"used_memory_per_element": (used_memory(client) - before) / number}
    return rows


def elements_table(rows, out):
    line = "{:<42}{:>12}{:>12}{:>12}{:>8}"
    print("\n" + line.format("used_memory per", "count", "redis", "balsa", "ratio"), file=out)
    for row in rows:
        redis, balsa = (row[side]["used_memory_per_element"] for side in ("redis", "balsa"))
        numbers = (f"{row['elements']:,}", f"{redis:.1f}", f"{balsa:.1f}", f"{balsa / redis:.2f}")
        print(line.format(row["element"], *numbers), file=out)


def used_memory(client):
    return int(client.info("memory")["used_memory"])
