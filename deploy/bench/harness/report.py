"""Tables for people."""


def heading(facts, loaded, out):
    print(f"""Machine    {facts['cores']} cores, {facts['cpu']}, {facts['memory_gib']} GiB, Linux {facts['kernel']}
Disk       {facts['filesystem']}
Redis      {facts['redis']}
Balsa      {facts['balsa']}""", file=out)
    if loaded:
        print(f"""Load       redis-benchmark on the same machine: {facts['clients']} connections, {facts['keys']:,} keys, """
          f"""values of {facts['value_bytes']} bytes
""", file=out, flush=True)


def table(rows, given, out):
    """One line for each side and point, and one with the ratios."""
    line = "{:<34}{:<5}{:>5}  {:<6}{:>12}{:>9}{:>9}{:>10}{:>9}{:>10}"
    print(f"\nMedians of {given.rounds} rounds, run in turn. CPU and switches: all processes of a side together.\n",
          file=out)
    print(line.format("", "", "pipe", "", "commands", "p50", "p99", "worst", "CPU us", "switches"), file=out)
    print(line.format("scenario", "cmd", "line", "server", "per s", "ms", "ms", "ms", "/command", "/command"), file=out)
    for row in rows:
        print(file=out)
        first = (row["scenario"], row["command"].upper(), row["pipeline"])
        if "redis" not in row:
            print(line.format(*first, "failed", "", "", "", "", "", "").rstrip(), file=out)
        else:
            redis, balsa = row["redis"], row["balsa"]
            print(line.format(*first, "redis", *numbers(redis)), file=out)
            print(line.format("", "", "", "balsa", *numbers(balsa)), file=out)
            print(line.format("", "", "", "ratio", *ratios(redis, balsa)), file=out)
        if row["error"]:
            print(f"  {row['error']}", file=out)
    print("""
ratio = balsa / redis. More is better for commands per second; less is better for all others.
p50, p99: half, and 99 of 100, of the commands were answered within this time, as the client sees it.
worst: the longest that any command of all rounds took; redis-benchmark counts to 3000 ms.""", file=out)
    for row in rows:
        for side in ("redis", "balsa"):
            stalled(row, side, out)
    if given.details:
        details(rows, out)


def numbers(side):
    return (f"{side['per_second']:,.0f}", f"{side['p50_millis']:.2f}", f"{side['p99_millis']:.2f}",
            f"{side['max_millis']:.0f}", f"{side['cpu_micros_per_command']:.2f}", f"{side['switches_per_command']:.3f}")


def ratios(redis, balsa):
    keys = ("per_second", "p50_millis", "p99_millis", "max_millis", "cpu_micros_per_command",
            "switches_per_command")
    return tuple(f"{balsa[key] / redis[key]:.2f}" if redis[key] else "-" for key in keys)


def stalled(row, side, out):
    """A run that took several times as long as the others hides in medians, and must not."""
    seconds = sorted(run["seconds"] for run in row[f"{side}_runs"])
    if seconds and seconds[-1] > max(5.0, 3 * seconds[0]):
        print(f"WARNING: {row['scenario']}, {row['command'].upper()}, pipeline {row['pipeline']}: one run of {side} took "
              f"{seconds[-1]:.0f} s, another {seconds[0]:.1f} s. It stood still in between.", file=out)


def details(rows, out):
    """Which threads the CPU time of the last round went to."""
    print("\nBy process and thread (last round): CPU us and context switches per command", file=out)
    for row in rows:
        for side in ("redis", "balsa"):
            runs = row[f"{side}_runs"]
            if not runs:
                continue
            print(f"\n{row['scenario']}, {row['command'].upper()}, pipeline {row['pipeline']}, {side}", file=out)
            for name, used in runs[-1]["threads"].items():
                print(f"  {name:<44}{used['cpu_micros_per_command']:>8.2f}{used['switches_per_command']:>9.3f}",
                      file=out)


def memory_table(rows, out):
    line = "{:>10}{:>12}  {:<8}{:>14}{:>14}{:>18}{:>16}"
    print(file=out)
    print(line.format("key", "value", "", "used_memory", "RSS", "RSS with empty", "empty process"), file=out)
    print(line.format("bytes", "bytes", "server", "bytes/key", "bytes/key", "process, per key", "MiB"), file=out)
    for row in rows:
        print(file=out)
        for side in ("redis", "balsa"):
            one = row[side]
            print(line.format(
                row["key_bytes"] if side == "redis" else "", row["value_bytes"] if side == "redis" else "", side,
                f"{one['used_memory_per_key']:.1f}", f"{one['rss_per_key']:.1f}",
                f"{one['rss_per_key_with_empty_process']:.1f}", f"{one['empty_rss_bytes'] / 2**20:.0f}"), file=out)
        keys = ("used_memory_per_key", "rss_per_key", "rss_per_key_with_empty_process", "empty_rss_bytes")
        ratio = [f"{row['balsa'][key] / row['redis'][key]:.2f}" if row["redis"][key] else "-" for key in keys]
        print(line.format("", "", "ratio", *ratio), file=out)
    print("""
ratio = balsa / redis, less is better. used_memory is each server's own count; RSS is what the operating system
gave to the process, without the empty process and (third column) with it.""", file=out)
