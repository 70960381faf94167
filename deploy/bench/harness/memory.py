"""Memory: how much a key costs, by the server's own count and by the operating system's."""

from contextlib import ExitStack

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


def used_memory(client):
    return int(client.info("memory")["used_memory"])
