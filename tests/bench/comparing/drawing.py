"""Which charts are drawn of which figures."""

import json

import plots
import rates

COLOR_OF = {"libldap": 6, "lloadd": 1, "Search": 0, "GetEntry": 3, "Compare": 5, "Pipeline": 2, "Pipelines": 2}


def color(title):
    return COLOR_OF.get(title.replace(",", "").split()[0], 4)


def load(folder, name):
    path = folder / f"{name}.json"
    return json.loads(path.read_text()) if path.exists() else None


def draw(folder):
    """All charts whose figures are there; the names of their files."""
    charts = {}
    for path in sorted(folder.glob("rates-*.json")):
        charts.update(of_rates(json.loads(path.read_text()), path.stem.removeprefix("rates-")))
    for name, function in (
        ("latency", of_latency),
        ("entries", of_entries),
        ("outstanding", of_outstanding),
        ("shapes", of_shapes),
        ("leases", of_leases),
    ):
        figures = load(folder, name)
        if figures:
            charts.update(function(figures))
    for name, chart in charts.items():
        (folder / f"{name}.svg").write_text(chart)
    return sorted(f"{name}.svg" for name in charts)


def of_rates(figures, name):
    charts = {}
    for number, group in enumerate(dict.fromkeys(row["group"] for row in figures["rows"])):
        rows = [row for row in figures["rows"] if row["group"] == group]
        unit = (
            "entries" if group == rates.BULK else "operations"
        ) + " a second (whisker: least to most of the rounds)"
        charts[f"rates-{name}-{number + 1}"] = plots.bars(
            f"{group}, directory of {figures['people']} people",
            unit,
            [(r["title"], r["rate"], color(r["title"])) for r in rows],
        )
        cpu = [
            (f"{r['title']}: {who}", r[part], shade)
            for r in rows
            for part, who, shade in (
                ("between_us", "between", 1),
                ("directory_us", "directory", 6),
                ("client_us", "client", 0),
            )
            if part in r
        ]
        charts[f"cpu-{name}-{number + 1}"] = plots.bars(
            f"{group}: CPU",
            "microseconds an " + ("entry" if group == rates.BULK else "operation") + "; between: gateway or lloadd",
            cpu,
        )
    return charts


def of_latency(figures):
    charts = {}
    for load_kind, words in (("own", "half of each one's own rate"), ("same", "the same rate for all")):
        lines = [line for line in figures["lines"] if line["load"] == load_kind]
        rows = [
            (f"{line['title']} ({line['rate']:.0f}/s): {p}", line["latency_ms"][p], number)
            for line in lines
            for number, p in enumerate(("p50", "p99", "p99.9"))
        ]
        charts[f"latency-{load_kind}"] = plots.bars(
            f"latency in an open loop at {words}", "milliseconds from the scheduled start", rows
        )
    return charts


def pick(series, key):
    chosen = {name: [(p["x"], p[key]) for p in points if key in p] for name, points in series.items()}
    return {name: values for name, values in chosen.items() if values}


def of_entries(figures):
    series = figures["series"]
    return {
        "entries-rate": plots.lines(
            "rate by the size of a search", "entries of a search", "entries a second", pick(series, "rate")
        ),
        "entries-cpu": plots.lines(
            "CPU between client and directory",
            "entries of a search",
            "microseconds an entry",
            pick(series, "between_us"),
        ),
        "entries-first": plots.lines(
            "time to the first entry", "entries of a search", "milliseconds", pick(series, "first_entry_ms")
        ),
    }


def of_outstanding(figures):
    series = figures["series"]
    return {
        "outstanding-rate": plots.lines(
            "searches for one entry", "outstanding", "operations a second", pick(series, "rate"), log_y=False
        ),
        "outstanding-p99": plots.lines(
            "searches for one entry: p99, closed loop", "outstanding", "milliseconds", pick(series, "p99_ms")
        ),
        "outstanding-cpu": plots.lines(
            "CPU between client and directory",
            "outstanding",
            "microseconds an operation",
            pick(series, "between_us"),
        ),
    }


def of_shapes(figures):
    charts = {}
    for kind, unit in (
        ("values", "values of an entry, 10 octets each"),
        ("octets", "octets of an entry's one value"),
        ("attributes", "attributes of an entry, a value of 10 octets each"),
    ):
        series = {
            name.split("/")[0]: points for name, points in figures["series"].items() if name.endswith("/" + kind)
        }
        charts[f"shapes-{kind}-rate"] = plots.lines(
            "entries by what they hold", unit, "entries a second", pick(series, "rate")
        )
        charts[f"shapes-{kind}-cpu"] = plots.lines(
            "gateway's CPU by what an entry holds", unit, "microseconds an entry", pick(series, "between_us")
        )
    return charts


def of_leases(figures):
    points = figures["points"]

    def one(key):
        return [(p["leases"], {"median": p[key], "least": p[key], "most": p[key]}) for p in points]

    return {
        "leases-memory": plots.lines(
            "memory of idle leases", "leases", "KiB a lease, resident", {"gateway": one("kib_each")}, log_y=False
        ),
        "leases-cpu": plots.lines(
            "CPU of the gateway with idle leases, TTL 20 s",
            "leases",
            "percent of one core",
            {"kept alive by KeepAlive": one("keepalive_percent"), "held by HoldSession": one("hold_percent")},
            log_y=False,
        ),
    }
