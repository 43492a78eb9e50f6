"""Closed loops: every contender has its turn in every round, so that what disturbs the machine disturbs all."""

import statistics
from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    group: str
    title: str
    contender: str
    connections: int
    operation: str
    outstanding: int

    @property
    def order(self):
        return f"closed {self.operation} {self.outstanding}"


def _rows(group, operation, *rows):
    return [
        Row(group, title, contender, connections, operation, outstanding)
        for title, contender, connections, outstanding in rows
    ]


SMALL = "search for 20 entries below a small subtree, by a filter that fits everybody"
POINT_SEARCH, READ, COMPARE, BULK = (
    "search for one entry",
    "read an entry by its DN",
    "compare",
    "search for 10,000 entries",
)
ROWS = [
    *_rows(
        POINT_SEARCH,
        "search",
        ("libldap, 1 connection x 1 outstanding", "direct", 1, 1),
        ("libldap, 1 x 16", "direct", 1, 16),
        ("libldap, 1 x 64", "direct", 1, 64),
        ("libldap, 8 x 1", "direct", 8, 8),
        ("libldap, 8 x 8", "direct", 8, 64),
        ("libldap, 8 x 16", "direct", 8, 128),
        ("lloadd, 1 x 1", "lloadd", 1, 1),
        ("lloadd, 1 x 64", "lloadd", 1, 64),
        ("lloadd, 8 x 8", "lloadd", 8, 64),
        ("Search, 1 at a time", "calls", 1, 1),
        ("Search, 64 at once", "calls", 1, 64),
        ("Pipeline, 1 x 1", "pipeline", 1, 1),
        ("Pipeline, 1 x 16", "pipeline", 1, 16),
        ("Pipeline, 1 x 64", "pipeline", 1, 64),
        ("Pipeline, 1 x 64, up to 8 connections", "wide pipeline", 1, 64),
        ("Pipelines, 8 leases x 8", "pipeline", 8, 64),
    ),
    *_rows(
        READ,
        "read",
        ("libldap, 1 x 64", "direct", 1, 64),
        ("libldap, 8 x 8", "direct", 8, 64),
        ("lloadd, 8 x 8", "lloadd", 8, 64),
        ("GetEntry, 64 at once, 1 lease", "calls", 1, 64),
        ("GetEntry, 64 at once, 1 lease, up to 8 connections", "wide calls", 1, 64),
        ("GetEntry, 64 at once, 8 leases", "calls", 8, 64),
        ("Pipeline of GetEntry, 1 x 64", "pipeline", 1, 64),
        ("Pipeline of GetEntry, 1 x 64, up to 8 connections", "wide pipeline", 1, 64),
        ("ldap-rest, 64 at once", "rest", 64, 64),
        ("GetEntry, 64 at once, as ghz sees it", "ghz", 1, 64),
    ),
    *_rows(
        COMPARE,
        "compare",
        ("libldap, 8 x 8", "direct", 8, 64),
        ("lloadd, 8 x 8", "lloadd", 8, 64),
        ("Compare, 64 at once", "calls", 1, 64),
        ("Pipeline of Compare, 1 x 64", "pipeline", 1, 64),
        ("Pipeline of Compare, 1 x 64, up to 8 connections", "wide pipeline", 1, 64),
    ),
    *_rows(BULK, "list", ("libldap", "direct", 1, 1), ("lloadd", "lloadd", 1, 1), ("Search", "calls", 1, 1)),
    *_rows(
        SMALL, "below:ou=small", ("libldap", "direct", 1, 1), ("lloadd", "lloadd", 1, 1), ("Search", "calls", 1, 1)
    ),
    *_rows(SMALL, "unpaged:ou=small", ("Search without pages", "calls", 1, 1)),
]
# What ratios are taken of, by group: the same work without anything between, and with the balancer.
BASES = {
    POINT_SEARCH: ("libldap, 1 x 64", "lloadd, 1 x 64"),
    READ: ("libldap, 8 x 8", "lloadd, 8 x 8", "ldap-rest, 64 at once"),
    COMPARE: ("libldap, 8 x 8", "lloadd, 8 x 8"),
    BULK: ("libldap", "lloadd"),
    SMALL: ("libldap", "lloadd"),
}


def run(contenders, rounds, seconds, rows=ROWS, progress=lambda text: None):
    """Results of each row, round by round; rows whose contender cannot take part are left out."""
    rows = [row for row in rows if contenders.get(row.contender, row.connections)]
    results = {row: [] for row in rows}
    for row in rows:  # connections, caches and code are warm then
        contenders.measure(row.contender, row.connections, f"{row.order} 0.2")
    for number in range(rounds):
        progress(f"round {number + 1} of {rounds}")
        start = number * len(rows) // rounds
        for row in rows[start:] + rows[:start]:
            result = contenders.measure(row.contender, row.connections, f"{row.order} {seconds}")
            if result["failures"]:
                raise SystemExit(f"compare: {result['failures']} operations of {row.group}, {row.title}, failed")
            results[row].append(result)
    return results


def summary(results):
    """One dictionary a row: spreads over the rounds, ratios to the group's bases of the same round among them."""
    rates = {(row.group, row.title): [_rate(row, r) for r in rounds] for row, rounds in results.items()}
    table = []
    for row, rounds in results.items():
        own = rates[row.group, row.title]
        line = {"group": row.group, "title": row.title, "rate": spread(own)}
        for name, base in zip(("of_direct", "of_lloadd", "of_rest"), BASES[row.group]):
            if (row.group, base) in rates:
                line[name] = spread([a / b for a, b in zip(own, rates[row.group, base])])
        for part in ("between", "directory", "client"):
            used = [r[part + "_us"] / _count(row, r) for r in rounds if part + "_us" in r]
            if used:
                line[part + "_us"] = spread(used)
        for name in ("latency_ms", "first_entry_ms"):
            if rounds[0][name]:
                line[name] = {p: spread([r[name][p] for r in rounds]) for p in ("p50", "p99")}
        table.append(line)
    return table


def _count(row, result):
    return result["entries"] if row.group == BULK else result["operations"]


def _rate(row, result):
    return _count(row, result) / result["seconds"]


def spread(values):
    return {"median": statistics.median(values), "least": min(values), "most": max(values)}
