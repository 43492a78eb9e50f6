"""Open loops: operations start at their time, so that what waits is counted as waiting."""

import statistics

from rates import spread

# title, contender, connections, operation, outstanding of the closed loop that finds what it can do
CONTENDERS = [
    ("libldap, 1 connection", "direct", 1, "search", 64),
    ("libldap, 8 connections", "direct", 8, "search", 64),
    ("lloadd, 8 connections", "lloadd", 8, "search", 64),
    ("Search", "calls", 1, "search", 64),
    ("GetEntry", "calls", 1, "read", 64),
    ("Pipeline", "pipeline", 1, "search", 64),
]
PERCENTILES = ("p50", "p99", "p99.9")


def run(contenders, rounds, seconds, progress=lambda text: None):
    """Of each contender at half of what it does itself, and at half of what the slowest does."""
    there = [c for c in CONTENDERS if contenders.get(c[1], c[2])]
    most = {}
    for _ in range(3):
        for title, name, connections, operation, outstanding in there:
            result = contenders.measure(name, connections, f"closed {operation} {outstanding} 0.5")
            most.setdefault(title, []).append(result["operations"] / result["seconds"])
    half = {title: statistics.median(rates) / 2 for title, rates in most.items()}
    slowest = min(half.values())
    results = {}
    for number in range(rounds):
        progress(f"round {number + 1} of {rounds}")
        for title, name, connections, operation, _ in there:
            for load, rate in (("own", half[title]), ("same", slowest)):
                result = contenders.measure(name, connections, f"open {operation} {rate:.0f} {seconds}")
                results.setdefault((title, load), []).append((rate, result))
    return [_line(title, load, measured) for (title, load), measured in results.items()]


def _line(title, load, measured):
    line = {
        "title": title,
        "load": load,
        "rate": measured[0][0],
        "done": spread([r["operations"] / r["seconds"] for _, r in measured]),
        "most_outstanding": max(r["most_outstanding"] for _, r in measured),
        "failures": sum(r["failures"] for _, r in measured),
    }
    for part in ("between", "directory", "client"):
        used = [r[part + "_us"] / r["operations"] for _, r in measured if part + "_us" in r]
        if used:
            line[part + "_us"] = spread(used)
    line["latency_ms"] = {p: spread([r["latency_ms"][p] for _, r in measured]) for p in PERCENTILES}
    return line
