"""Charts as SVG: axes with units, a legend, least and most of the rounds beside each median. No dependencies."""

import html
import math

COLORS = ("#1b6ca8", "#c8553d", "#4a8f3c", "#8a5aa8", "#b08a1e", "#3a9a9a", "#777777")
FONT = 'font-family="sans-serif" font-size="12"'


def text(x, y, words, anchor="start", more=""):
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" {more}>{html.escape(str(words))}</text>'


def line(x1, y1, x2, y2, color="#999", width=1.0, more=""):
    ends = f'x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"'
    return f'<line {ends} stroke="{color}" stroke-width="{width}" {more}/>'


def document(width, height, parts):
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" {FONT}>'
        f'<rect width="{width}" height="{height}" fill="white"/>' + "\n".join(parts) + "</svg>\n"
    )


def short(value):
    for size, unit in ((1e6, "M"), (1e3, "k")):
        if abs(value) >= size:
            return f"{value / size:.3g}{unit}"
    return f"{value:.3g}"


class Scale:
    """Of values onto a stretch of pixels, linear from 0 or by powers of ten."""

    def __init__(self, values, first, last, log):
        self.first, self.last, self.log = first, last, log
        values = [v for v in values if v > 0 or not log] or [1]
        if log:
            self.low, self.high = math.log10(min(values)), math.log10(max(values))
            if self.high - self.low < 0.1:
                self.low, self.high = self.low - 0.5, self.high + 0.5
        else:
            self.low, self.high = 0, max(values) * 1.05 or 1

    def at(self, value):
        value = math.log10(max(value, 1e-9)) if self.log else value
        return self.first + (value - self.low) / (self.high - self.low) * (self.last - self.first)

    def ticks(self):
        if self.log:
            wide = self.high - self.low > 2.5
            marks = [
                m * 10**e
                for e in range(math.floor(self.low), math.ceil(self.high) + 1)
                for m in ((1,) if wide else (1, 2, 5))
            ]
            return [m for m in marks if self.low - 1e-6 <= math.log10(m) <= self.high + 1e-6]
        step = 10 ** math.floor(math.log10(self.high))
        while self.high / step < 4:
            step /= 2
        return [i * step for i in range(int(self.high / step) + 1)]


def bars(title, unit, rows):
    """`rows`: (label, spread, color number). Horizontal, from 0, with a whisker from least to most."""
    left, width, step, top = 290, 900, 24, 50
    height = top + step * len(rows) + 45
    scale = Scale([spread["most"] for _, spread, _ in rows], left, width - 70, False)
    parts = [text(10, 24, title, more='font-size="15" font-weight="bold"')]
    bottom = top + step * len(rows)
    for mark in scale.ticks():
        parts += [
            line(scale.at(mark), top - 4, scale.at(mark), bottom, "#ddd"),
            text(scale.at(mark), bottom + 16, short(mark), "middle"),
        ]
    parts.append(text((left + width - 70) / 2, bottom + 34, unit, "middle"))
    for i, (label, spread, color) in enumerate(rows):
        y = top + i * step
        parts += [
            text(left - 8, y + 15, label, "end"),
            f'<rect x="{left}" y="{y + 3}" width="{max(scale.at(spread["median"]) - left, 1):.1f}" height="{step - 8}" '
            f'fill="{COLORS[color % len(COLORS)]}"/>',
            line(
                scale.at(spread["least"]), y + step / 2 - 1, scale.at(spread["most"]), y + step / 2 - 1, "#222", 1.5
            ),
            text(scale.at(spread["most"]) + 6, y + 15, short(spread["median"])),
        ]
    return document(width, height, parts)


def lines(title, x_unit, y_unit, series, log_x=True, log_y=True, note=""):
    """`series`: name -> [(x, spread)]. Medians joined by lines, whiskers from least to most."""
    left, top, width, height = 80, 50, 760, 440
    right, bottom = width - 30, height - 60 - 18 * math.ceil(len(series) / 2)
    points = [(x, spread) for values in series.values() for x, spread in values]
    across = Scale([x for x, _ in points], left, right, log_x)
    up = Scale([v for _, s in points for v in (s["least"], s["most"], s["median"])], bottom, top, log_y)
    parts = [text(10, 24, title, more='font-size="15" font-weight="bold"'), text(10, 42, note, more='fill="#555"')]
    for mark in across.ticks():
        parts += [
            line(across.at(mark), top, across.at(mark), bottom, "#e4e4e4"),
            text(across.at(mark), bottom + 16, short(mark), "middle"),
        ]
    for mark in up.ticks():
        parts += [
            line(left, up.at(mark), right, up.at(mark), "#e4e4e4"),
            text(left - 6, up.at(mark) + 4, short(mark), "end"),
        ]
    parts += [
        line(left, bottom, right, bottom, "#444"),
        line(left, top, left, bottom, "#444"),
        text((left + right) / 2, bottom + 34, x_unit, "middle"),
        text(0, 0, y_unit, "middle", f'transform="translate(18,{(top + bottom) / 2}) rotate(-90)"'),
    ]
    for number, (name, values) in enumerate(series.items()):
        color = COLORS[number % len(COLORS)]
        places = [(across.at(x), spread) for x, spread in values]
        path = " ".join(f"{x:.1f},{up.at(s['median']):.1f}" for x, s in places)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{color}" stroke-width="2"/>')
        for x, spread in places:
            parts += [
                line(x, up.at(spread["least"]), x, up.at(spread["most"]), color),
                f'<circle cx="{x:.1f}" cy="{up.at(spread["median"]):.1f}" r="3" fill="{color}"/>',
            ]
        key_x, key_y = left + (number % 2) * 340, bottom + 56 + 18 * (number // 2)
        parts += [line(key_x, key_y - 4, key_x + 24, key_y - 4, color, 3), text(key_x + 30, key_y, name)]
    return document(width, height, parts)
