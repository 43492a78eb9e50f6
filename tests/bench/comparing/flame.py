"""A flame graph of what `perf script` prints: each box is a function, as wide as the samples in it and in what it
called; below it who called it. Boxes of less than a thousandth are left out."""

import html
import re

import plots

WIDTH, STEP, LEAST = 1200, 16, 0.001
FRAME = re.compile(r"^\s+[0-9a-f]+ (.*) \((.*)\)$")


def stacks(lines):
    """Of each sample: thread's name, then functions from the outermost one."""
    thread, frames = None, []
    for line in lines:
        if not line.strip():
            if thread:
                yield [thread, *reversed(frames)]
            thread, frames = None, []
        elif not line[0].isspace():
            thread = line.split()[0]
        else:
            frame = FRAME.match(line)
            if frame:
                frames.append(name_of(frame[1], frame[2]))
    if thread:
        yield [thread, *reversed(frames)]


def name_of(symbol, module):
    symbol = re.sub(r"\+0x[0-9a-f]+$", "", symbol)
    return f"[{module.rsplit('/', 1)[-1]}]" if symbol == "[unknown]" else symbol


class Box:
    def __init__(self):
        self.samples, self.inner = 0, {}

    def add(self, stack):
        self.samples += 1
        if stack:
            self.inner.setdefault(stack[0], Box()).add(stack[1:])

    def depth(self, least):
        return 1 + max((box.depth(least) for box in self.inner.values() if box.samples >= least), default=0)


def tree(samples):
    root = Box()
    for stack in samples:
        root.add(stack)
    return root


def svg(root, title):
    least = max(root.samples * LEAST, 1)
    height = STEP * root.depth(least) + 60
    parts = [plots.text(10, 24, f"{title}: {root.samples} samples", more='font-size="15" font-weight="bold"')]

    def draw(box, name, left, level):
        width = box.samples / root.samples * WIDTH
        y = height - 20 - STEP * (level + 1)
        share = f"{name}: {100 * box.samples / root.samples:.1f} %"
        color = plots.COLORS[3] if name.startswith("[") else f"hsl({20 + sum(map(ord, name)) % 35},75%,68%)"
        parts.append(
            f'<g><title>{html.escape(share)}</title><rect x="{left:.1f}" y="{y}" width="{max(width - 0.4, 0.3):.1f}" '
            f'height="{STEP - 1}" fill="{color}"/>'
        )
        letters, short = int(width / 6.2), name.replace("dirlease::", "")
        if letters > 3:
            parts.append(
                plots.text(
                    left + 2,
                    y + 11,
                    short if len(short) <= letters else short[: letters - 1] + "…",
                    more='font-size="10"',
                )
            )
        parts.append("</g>")
        for inner_name, inner in sorted(box.inner.items()):
            if inner.samples >= least:
                draw(inner, inner_name, left, level + 1)
            left += inner.samples / root.samples * WIDTH

    draw(root, "all", 0, 0)
    return plots.document(WIDTH, height, parts)


def inclusive(root, least=0.02):
    """(share, name) of samples in which a function has a part, itself or by what it calls."""
    counts = {}

    def visit(box, above):
        for name, inner in box.inner.items():
            if name not in above:
                counts[name] = counts.get(name, 0) + inner.samples
            visit(inner, above | {name})

    visit(root, frozenset())
    rows = [(count / root.samples, name) for name, count in counts.items() if count / root.samples >= least]
    return sorted(rows, reverse=True)


def table(root, of=lambda path: path[-1], least=0.01):
    """(share, name) of samples by their innermost function, or by what else `of` makes of a path."""
    counts = {}

    def visit(box, path):
        here = box.samples - sum(inner.samples for inner in box.inner.values())
        if here and path:
            counts[of(path)] = counts.get(of(path), 0) + here
        for name, inner in box.inner.items():
            visit(inner, [*path, name])

    visit(root, [])
    rows = [(count / root.samples, name) for name, count in counts.items() if count / root.samples >= least]
    return sorted(rows, reverse=True)
