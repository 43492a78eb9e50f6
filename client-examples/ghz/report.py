"""What was measured, as a table for terminals and as an HTML page with plots."""
import html
from datetime import datetime

HEADINGS = ("profile", "call", "calls", "calls/s", "p50 ms", "p95 ms", "p99 ms", "statuses")


def row(profile, part, result):
    latency = {p["percentage"]: p["latency"] / 1e6 for p in result.get("latencyDistribution") or []}
    statuses = ", ".join(f"{count} {code}" for code, count in sorted(result["statusCodeDistribution"].items()))
    shown = [f"{latency[p]:.1f}" if latency.get(p) else "-" for p in (50, 95, 99)]
    return (profile, part, str(result["count"]), f"{result['rps']:.0f}", *shown, statuses)


def table(rows):
    widths = [max(len(line[i]) for line in [HEADINGS, *rows]) for i in range(len(HEADINGS))]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip()
                     for line in [HEADINGS, *rows])


def page(rows, findings, results):
    """`findings`: (profile, text, fine). `results`: (title, ghz's report)."""
    def cells(tag, line):
        return "<tr>" + "".join(f"<{tag}>{html.escape(cell)}</{tag}>" for cell in line) + "</tr>"
    checks = "".join(f"<li class={'fine' if fine else 'bad'}>{html.escape(f'{profile}: {text}')}</li>"
                     for profile, text, fine in findings)
    plots = "".join(f"<h2>{html.escape(title)}</h2>{plot(result['details'] or [])}" for title, result in results)
    return f"""<!DOCTYPE html>
<meta charset="utf-8"><title>dirlease under load</title>
<style>body {{ font: 15px sans-serif; margin: 2em auto; max-width: 60em }} td, th {{ padding: .2em .8em; text-align: left }}
.bad {{ color: #b00 }} .fine {{ color: #060 }} svg {{ background: #f7f7f7; font-size: 11px }}</style>
<h1>dirlease under load</h1>
<table>{cells("th", HEADINGS)}{"".join(cells("td", line) for line in rows)}</table>
<ul>{checks}</ul>
{plots}
"""


def plot(details, width=900, height=220, buckets=60):
    """Over the run: calls a second as bars; median and 95th percentile of the latency as lines, each with its own scale."""
    calls = sorted((when(call["timestamp"]), call["latency"] / 1e6) for call in details)
    if not calls:
        return "<p>No calls.</p>"
    begin, length = calls[0][0], max(calls[-1][0] - calls[0][0], 1e-3)
    columns = [[] for _ in range(buckets)]
    for time, latency in calls:
        columns[min(int((time - begin) / length * buckets), buckets - 1)].append(latency)
    rates = [len(column) * buckets / length for column in columns]
    top_rate, step = max(rates), width / buckets
    bars = "".join(f'<rect x="{i * step:.1f}" y="{height * (1 - rate / top_rate):.1f}" width="{step - 1:.1f}" '
                   f'height="{height * rate / top_rate:.1f}" fill="#bcd"/>' for i, rate in enumerate(rates))
    quantiles = [(share, [sorted(column)[int(len(column) * share)] if column else None for column in columns])
                 for share in (0.5, 0.95)]
    top_latency = max(value for _, line in quantiles for value in line if value is not None) or 1
    lines = ""
    for (share, line), color in zip(quantiles, ("#060", "#b00")):
        points = " ".join(f"{(i + .5) * step:.1f},{height * (1 - value / top_latency):.1f}"
                          for i, value in enumerate(line) if value is not None)
        lines += f'<polyline points="{points}" fill="none" stroke="{color}" stroke-width="1.5"/>'
    return (f'<svg width="{width}" height="{height}">{bars}{lines}</svg><p>{length:.1f} s. Bars: calls begun, at most '
            f'{top_rate:.0f} a second. Lines: latency, median (green) and 95th percentile (red), at most '
            f'{top_latency:.1f} ms.</p>')


def when(timestamp):
    """Seconds of RFC 3339 text, whose nanoseconds Python does not read."""
    moment, _, rest = timestamp.partition(".")
    fraction = "".join(c for c in rest if c.isdigit()) if rest.endswith("Z") else rest.split("+")[0].split("-")[0]
    return datetime.fromisoformat(moment.rstrip("Z")).timestamp() + float(f"0.{fraction or 0}")
