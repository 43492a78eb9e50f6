"""Figures as text."""


def figure(value):
    if value == 0 or abs(value) >= 1000:
        return f"{value:.0f}"
    return f"{value:.3g}"


def with_spread(spread):
    return f"{figure(spread['median'])} ({figure(spread['least'])} to {figure(spread['most'])})" if spread else "-"


def median(spread):
    return figure(spread["median"]) if spread else "-"


def table(headings, lines):
    """As Markdown, in columns that also align in a terminal."""
    widths = [max(len(line[i]) for line in [headings, *lines]) for i in range(len(headings))]

    def row(cells):
        return "| " + " | ".join(cell.ljust(width) for cell, width in zip(cells, widths)) + " |"

    return "\n".join([row(headings), "|" + "|".join("-" * (width + 2) for width in widths) + "|", *map(row, lines)])


def of_conditions(conditions):
    return (
        "{date}, {commit}, {system}, {cores} cores ({cpu}) that directory, gateway and client share, load average "
        "before {load:.1f}"
    ).format(**conditions) + ", kept from sleeping" * conditions["awake"]


def of_rates(rows):
    headings = (
        "",
        "a second: median (least to most)",
        "of libldap",
        "of lloadd",
        "of ldap-rest",
        "CPU us each: between",
        "directory",
        "client",
        "p50 ms",
        "p99 ms",
    )
    parts = []
    for group in dict.fromkeys(row["group"] for row in rows):
        lines = [
            (
                row["title"],
                with_spread(row["rate"]),
                median(row.get("of_direct")),
                median(row.get("of_lloadd")),
                median(row.get("of_rest")),
                median(row.get("between_us")),
                median(row.get("directory_us")),
                median(row.get("client_us")),
                median(row.get("latency_ms", {}).get("p50")),
                median(row.get("latency_ms", {}).get("p99")),
            )
            for row in rows
            if row["group"] == group
        ]
        parts.append(f"{group}\n\n" + table(headings, lines))
        first = [
            (row["title"], *(with_spread(row["first_entry_ms"][p]) for p in ("p50", "p99")))
            for row in rows
            if row["group"] == group and "10,000" in group and row.get("first_entry_ms")
        ]
        if first:
            parts.append(f"first entry of a {group}, ms\n\n" + table(("", "p50", "p99"), first))
    return "\n\n".join(parts)


LOADS = {
    "own": "each at half of what it does in a closed loop of 64",
    "same": "all at half of what the slowest does",
}


def of_latency(lines):
    headings = (
        "",
        "operations/s",
        "p50 ms: median (least to most)",
        "p99 ms",
        "p99.9 ms",
        "CPU us each: between",
        "directory",
        "client",
    )
    parts = []
    for load, words in LOADS.items():
        rows = [
            (
                line["title"],
                figure(line["rate"]),
                *(with_spread(line["latency_ms"][p]) for p in ("p50", "p99", "p99.9")),
                median(line.get("between_us")),
                median(line["directory_us"]),
                median(line["client_us"]),
            )
            for line in lines
            if line["load"] == load
        ]
        parts.append(f"latency from the scheduled start, open loop, {words}\n\n" + table(headings, rows))
    return "\n\n".join(parts)


def of_growth(series, x_title):
    headings = (
        "",
        x_title,
        "a second: median (least to most)",
        "CPU us each: between",
        "directory",
        "client",
        "first entry ms",
        "p50 ms",
        "p99 ms",
        "failed",
    )
    lines = [
        (
            name,
            str(p["x"]),
            with_spread(p["rate"]),
            median(p.get("between_us")),
            median(p.get("directory_us")),
            median(p.get("client_us")),
            median(p.get("first_entry_ms")),
            median(p["p50_ms"]),
            median(p["p99_ms"]),
            str(p["failures"]),
        )
        for name, points in series.items()
        for p in points
    ]
    return table(headings, lines)


def endings(counts):
    return ", ".join(f"{count} {name}" for name, count in counts.items()) or "none"


def of_leases(points):
    headings = (
        "leases",
        "opened/s",
        "KiB each",
        "renewed: gateway CPU %",
        "client CPU %",
        "answers",
        "held: KiB each",
        "gateway CPU %",
        "client CPU %",
        "streams",
        "at the end",
    )
    lines = [
        (
            str(p["leases"]),
            figure(p["opened_per_second"]),
            figure(p["kib_each"]),
            figure(p["keepalive_percent"]),
            figure(p["keepalive_client_percent"]),
            endings(p["keepalive_endings"]),
            figure(p["held_kib_each"]),
            figure(p["hold_percent"]),
            figure(p["hold_client_percent"]),
            endings(p["holds"]),
            endings(p["unbound"]),
        )
        for p in points
    ]
    return (
        "idle leases, TTL 20 s, renewed one by one by one client, then held by streams; % of one core\n\n"
        + table(headings, lines)
    )


def of_stalled(s):
    lines = [
        (
            "point searches beside nobody, ms: p50, p99, p99.9, most",
            ", ".join(figure(s["alone_ms"][p]) for p in ("p50", "p99", "p99.9", "most")),
        ),
        *(
            (f"... beside {s['readers']} readers who do not read, ms: {p}", with_spread(s["beside_ms"][p]))
            for p in ("p50", "p99", "p99.9", "most")
        ),
        ("... failed", str(s["failed"])),
        ("growth of the gateway by their leases, MiB", figure(s["leases_mib"])),
        ("... by their searches, at most, MiB", figure(s["growth_mib"])),
        ("longest time the directory spent on one request, s", figure(s["longest_request_s"])),
        ("how the searches ended", endings(s["endings"])),
        ("leases when they were unbound", endings(s["unbound"])),
    ]
    return table(("", ""), lines)


def of_profile(p):
    def shares(rows, most=40):
        return table(("%", ""), [(f"{100 * share:.1f}", name[:110]) for share, name in rows[:most]])

    return (
        f"{p['group']}, {p['title']}: {figure(p['us_each'])} us of CPU each (under perf), "
        f"{p['samples']} samples, {p['file']}"
        f"\n\nby thread\n\n{shares(p['threads'])}\n\nby call of the kernel\n\n{shares(p['kernel_calls'])}"
        f"\n\nby function itself\n\n{shares(p['functions'])}"
        f"\n\nby function with what it calls\n\n{shares(p['inclusive'], 80)}"
    )


def of_versions(lines):
    headings = ("", "", "the other build", "this one", "this / other: median (least to most)")
    names = {"rate": "a second", "between": "gateway CPU us each", "directory": "directory", "client": "client"}
    return table(
        headings,
        [
            (
                f"{line['group']}: {line['title']}",
                name,
                median(line[what]["other"]),
                median(line[what]["ours"]),
                with_spread(line[what]["ratio"]),
            )
            for line in lines
            for what, name in names.items()
        ],
    )
