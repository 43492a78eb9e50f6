"""How cost grows: with the entries of a search, with what is outstanding, with what an entry holds."""

from processes import SUFFIX
from rates import spread

ENTRIES = (1, 10, 100, 1_000, 10_000, 100_000)
OUTSTANDING = (1, 4, 16, 64, 256, 1024)
PER_CONNECTION = 64  # operations of a lease; libldap gets as many connections as the gateway leases
VALUES = (1, 10, 100, 1_000)
VALUE_OCTETS = (10, 100, 1_000, 10_000, 100_000)
ATTRIBUTES = (1, 4, 12, 24)
TREE_OCTETS, TREE_ENTRIES = 2_000_000, 1_000  # of a shape's entries, at most
# What an inetOrgPerson may have, one value each.
TYPES = (
    "description title st l street ou postalCode postOfficeBox physicalDeliveryOfficeName businessCategory carLicense "
    "departmentNumber displayName employeeNumber employeeType givenName initials mail mobile o pager preferredLanguage "
    "roomNumber telephoneNumber"
).split()


def point(x, measured, entries=False):
    """`measured`: results of the load program."""

    def count(result):
        return max(result["entries"] if entries else result["operations"] - result["failures"], 1)

    line = {
        "x": x,
        "failures": sum(r["failures"] for r in measured),
        "rate": spread([count(r) / r["seconds"] for r in measured]),
        "p50_ms": spread([r["latency_ms"]["p50"] for r in measured]),
        "p99_ms": spread([r["latency_ms"]["p99"] for r in measured]),
    }
    for part in ("between", "directory", "client"):
        if part + "_us" in measured[0]:
            line[part + "_us"] = spread([r[part + "_us"] / count(r) for r in measured])
    if measured[0]["first_entry_ms"]:
        line["first_entry_ms"] = spread([r["first_entry_ms"]["p50"] for r in measured])
    return line


def measure(contenders, series, rounds, seconds, entries, progress):
    """`series`: (name, x, contender, connections, what closed() does). In turns; x -> point for each name."""
    series = [s for s in series if contenders.get(s[2], s[3])]
    results = {s: [] for s in series}
    for number in range(rounds):
        progress(f"round {number + 1} of {rounds}")
        for s in series:
            result = contenders.measure(s[2], s[3], f"closed {s[4]} {seconds}")
            results[s].append(result)
    lines = {}
    for s, measured in results.items():
        lines.setdefault(s[0], []).append(point(s[1], measured, entries))
    return lines


def entries_of_a_search(contenders, rounds, seconds, progress):
    counts = [n for n in ENTRIES if n <= contenders.directory.people]
    series = [
        (name, n, contender, 1, f"first:{n} 1")
        for n in counts
        for name, contender in (("libldap", "direct"), ("lloadd", "lloadd"), ("Search", "calls"))
    ]
    return measure(contenders, series, rounds, seconds, True, progress)


def outstanding(contenders, rounds, seconds, progress):
    series = []
    for n in OUTSTANDING:
        several = -(-n // PER_CONNECTION)
        series += [
            ("libldap, 64 a connection", n, "direct", several, f"search {n}"),
            ("lloadd, 64 a connection", n, "lloadd", several, f"search {n}"),
            ("Search, 64 a lease", n, "calls", several, f"search {n}"),
            ("Pipeline, one stream", n, "pipeline", 1, f"search {n}"),
            ("Pipelines, 64 a lease", n, "pipeline", several, f"search {n}"),
        ]
    return measure(contenders, series, rounds, seconds, False, progress)


def shapes():
    """Of entries: (name of the series, x, RDN of their tree, lines of an entry, how many entries)."""

    def tree(series, x, lines):
        octets = sum(len(line) for line in lines)
        return series, x, f"ou={series}-{x}", lines, max(10, min(TREE_ENTRIES, TREE_OCTETS // octets))

    for count in VALUES:
        yield tree("values", count, [f"description: {i:010d}" for i in range(count)])
    for size in VALUE_OCTETS:
        yield tree("octets", size, ["description: " + "x" * size])
    for count in ATTRIBUTES:
        yield tree("attributes", count, [f"{name}: {i:010d}" for i, name in enumerate(TYPES[:count])])


def add_shapes(directory):
    def ldif():
        for _, _, rdn, lines, count in shapes():
            yield f"dn: {rdn},{SUFFIX}\nobjectClass: organizationalUnit\n{rdn.replace('=', ': ', 1)}\n\n"
            for number in range(count):
                yield (
                    f"dn: cn={number},{rdn},{SUFFIX}\nobjectClass: inetOrgPerson\ncn: {number}\nsn: {rdn[3:]}\n"
                    + "\n".join(lines)
                    + "\n\n"
                )

    directory.add("".join(ldif()))


def entry_shapes(contenders, rounds, seconds, progress):
    """series -> name -> points."""
    add_shapes(contenders.directory)
    series = [
        (f"{name}/{kind}", x, contender, 1, f"under:{rdn} 1")
        for kind, x, rdn, _, _ in shapes()
        for name, contender in (("libldap", "direct"), ("Search", "calls"))
    ]
    return measure(contenders, series, rounds, seconds, True, progress)
