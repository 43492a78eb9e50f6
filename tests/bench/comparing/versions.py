"""Two builds of the gateway, taking turns row by row in one run: what a change is worth."""

from rates import BULK, spread

OURS = ("calls", "pipeline")


def run(ours, others, rows, rounds, seconds, progress):
    """`ours`, `others`: Contenders of each build before one directory. A line a row; ratios are within a round."""
    rows = [row for row in rows if row.contender in OURS]
    results = {row: [] for row in rows}
    for contenders in (ours, others):
        for row in rows:
            contenders.measure(row.contender, row.connections, f"{row.order} 0.2")
    for number in range(rounds):
        progress(f"round {number + 1} of {rounds}")
        for row in rows:
            pair = [
                (which, which.measure(row.contender, row.connections, f"{row.order} {seconds}"))
                for which in ((ours, others) if number % 2 else (others, ours))
            ]
            measured = dict(pair)
            results[row].append((measured[others], measured[ours]))
    return [_line(row, pairs) for row, pairs in results.items()]


def _line(row, pairs):
    def each(result, what):
        count = result["entries" if row.group == BULK else "operations"]
        return count / result["seconds"] if what == "rate" else result[what + "_us"] / count

    line = {"group": row.group, "title": row.title}
    for what in ("rate", "between", "directory", "client"):
        line[what] = {
            "other": spread([each(other, what) for other, _ in pairs]),
            "ours": spread([each(our, what) for _, our in pairs]),
            "ratio": spread([each(our, what) / each(other, what) for other, our in pairs]),
        }
    return line
