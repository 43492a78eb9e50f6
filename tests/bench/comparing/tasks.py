"""The commands of `compare`."""

import json
import sys

import contenders
import drawing
import ghz
import growth
import latency
import leases
import processes
import profile_gateway
import rates
import report
import rest
import versions


# As many connections as lloadd has.
WIDE = ["--target-max-connections-per-lease=8"]


def say(words):
    print(f"==> {words}", file=sys.stderr, flush=True)


class Stage:
    """A directory, the gateway before it and lloadd, if it can be had, while the block runs."""

    def __init__(self, work, people, wanted=()):
        """`wanted`: names of contenders that are started only if they are named."""
        self._work, self._people, self._wanted = work, people, wanted
        self._services = []
        self.skipped = []

    def __enter__(self):
        build = processes.ROOT / "build"
        lloadd = self._or_skip("lloadd", processes.lloadd(build))
        package = self._or_skip("ldap-rest", rest.find(build)) if "rest" in self._wanted else None
        load_tool = self._or_skip("ghz", ghz.find()) if "ghz" in self._wanted else None
        say(f"a directory of {self._people} people")
        try:
            directory = self.add(processes.Directory(self._work, self._people))
            directory.add_small_tree()
            gateway = self.add(processes.Gateway(self._work, [directory.uri]))
            wide = self.add(processes.Gateway(self._work, [directory.uri], WIDE, name="wide-dirleased"))
            balancer = self.add(processes.Balancer(self._work, lloadd, directory)) if lloadd else None
            rest_gateway = self.add(rest.Rest(self._work, package, directory)) if package else None
            user_tool = self.add(ghz.Ghz(self._work, load_tool, gateway, directory)) if load_tool else None
            self.contenders = self.add(
                contenders.Contenders(directory, gateway, balancer, rest_gateway, user_tool, wide)
            )
        except BaseException:
            self.__exit__()
            raise
        return self

    def _or_skip(self, name, found):
        thing, reason = found
        if reason:
            self.skipped.append(f"{name}: {reason}")
            say(f"skipped: {self.skipped[-1]}")
        return thing

    def add(self, service):
        self._services.append(service)
        return service

    def __exit__(self, *_):
        while self._services:
            self._services.pop().stop()


def keep(arguments, name, conditions, stage, words, **figures):
    """As JSON and text, and on the terminal."""
    figures = {
        "conditions": conditions,
        "people": arguments.people,
        "rounds": arguments.rounds,
        "seconds": arguments.seconds,
        "skipped": stage.skipped if stage else [],
        **figures,
    }
    (arguments.output / f"{name}.json").write_text(json.dumps(figures, indent=1) + "\n")
    conditions["awake"] = arguments.awake
    name += "-awake" * arguments.awake
    head = report.of_conditions(conditions) + "".join(f"\nskipped: {reason}" for reason in figures["skipped"])
    (arguments.output / f"{name}.txt").write_text(f"{head}\n\n{words}\n")
    print(f"{head}\n\n{words}", flush=True)
    drawing.draw(arguments.output)


def chosen_rows(arguments):
    return [row for row in rates.ROWS if arguments.only in row.group or arguments.only in row.title]


def compare_rates(work, arguments):
    rows = chosen_rows(arguments)
    conditions = processes.conditions()
    with Stage(work, arguments.people, {row.contender for row in rows}) as stage:
        results = rates.run(stage.contenders, arguments.rounds, arguments.seconds, rows, say)
    table = rates.summary(results)
    name, groups = f"rates-{arguments.people}", {row["group"] for row in table}
    before = drawing.load(arguments.output, name + "-awake" * arguments.awake)
    if arguments.only and before:  # groups that were measured before stay
        table = [row for row in before["rows"] if row["group"] not in groups] + table
    keep(arguments, name, conditions, stage, report.of_rates(table), rows=table)


def compare_latency(work, arguments):
    conditions = processes.conditions()
    with Stage(work, arguments.people) as stage:
        lines = latency.run(stage.contenders, arguments.rounds, arguments.seconds, say)
    keep(arguments, "latency", conditions, stage, report.of_latency(lines), lines=lines)


def grow(name, function, x_title):
    def command(work, arguments):
        conditions = processes.conditions()
        with Stage(work, arguments.people) as stage:
            series = function(stage.contenders, arguments.rounds, arguments.seconds, say)
        keep(arguments, name, conditions, stage, report.of_growth(series, x_title), series=series)

    return command


def compare_leases(work, arguments):
    conditions = processes.conditions()
    points = leases.idle(work, arguments.leases, say)
    keep(arguments, "leases", conditions, None, report.of_leases(points), points=points)


def compare_stalled(work, arguments):
    conditions = processes.conditions()
    with Stage(work, arguments.people) as stage:
        figures = leases.stalled(stage.contenders, say)
    keep(arguments, "stalled", conditions, stage, report.of_stalled(figures), **figures)


def profile(work, arguments):
    conditions = processes.conditions()
    with Stage(work, arguments.people) as stage:
        for row in chosen_rows(arguments):
            figures = profile_gateway.run(work, arguments.output, stage.contenders, row, 5)
            keep(
                arguments,
                figures["file"].removesuffix(".svg"),
                conditions,
                stage,
                report.of_profile(figures),
                **figures,
            )


def compare_versions(work, arguments):
    if not arguments.other:
        raise SystemExit("compare: versions wants --other PATH, another dirleased")
    conditions = processes.conditions()
    with Stage(work, arguments.people) as stage:
        ours = stage.contenders
        other = stage.add(processes.Gateway(work, [ours.directory.uri], binary=arguments.other))
        others = stage.add(contenders.Contenders(ours.directory, other))
        lines = versions.run(ours, others, chosen_rows(arguments), arguments.rounds, arguments.seconds, say)
    keep(
        arguments, "versions", conditions, stage, report.of_versions(lines), other=str(arguments.other), lines=lines
    )


def draw_again(_, arguments):
    for path in sorted(arguments.output.glob("*.txt")):
        print(path.read_text())
    print("\n".join(drawing.draw(arguments.output)))


COMMANDS = {
    "rates": compare_rates,
    "latency": compare_latency,
    "entries": grow("entries", growth.entries_of_a_search, "entries of a search"),
    "outstanding": grow("outstanding", growth.outstanding, "outstanding"),
    "shapes": grow("shapes", growth.entry_shapes, "of an entry"),
    "leases": compare_leases,
    "stalled": compare_stalled,
    "profile": profile,
    "versions": compare_versions,
    "report": draw_again,
}
