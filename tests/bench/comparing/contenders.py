"""Who is compared: each a load program that stays connected while the others have their turn."""

import processes


class Contenders:
    """Starts what is asked for when it is asked for, once."""

    def __init__(self, directory, gateway, balancer=None, rest=None, ghz=None, wide=None):
        self.directory, self.gateway, self.balancer, self.rest, self.ghz = directory, gateway, balancer, rest, ghz
        self.wide = wide  # a gateway whose leases may have several connections
        self._loads = {}

    def get(self, name, connections):
        """`name`: direct, lloadd, [wide ]calls, [wide ]pipeline, rest, ghz. None: it cannot take part."""
        if name == "ghz":
            return self.ghz
        if (name == "lloadd" and self.balancer is None) or (name == "rest" and self.rest is None):
            return None
        key = (name, connections)
        if key not in self._loads:
            to, address = {
                "direct": ("libldap", self.directory.uri),
                "calls": ("calls", self.gateway.address),
                "lloadd": ("libldap", self.balancer and self.balancer.uri),
                "rest": ("http", self.rest and self.rest.address),
                "pipeline": ("pipeline", self.gateway.address),
                "wide calls": ("calls", self.wide and self.wide.address),
                "wide pipeline": ("pipeline", self.wide and self.wide.address),
            }[name]
            self._loads[key] = processes.Load(to, address, self.directory, connections)
        return self._loads[key]

    def between(self, name):
        """The process between this contender and the directory, if there is one."""
        others = {"direct": None, "lloadd": self.balancer, "rest": self.rest}
        return others.get(name, self.wide if name.startswith("wide ") else self.gateway)

    def measure(self, name, connections, order):
        """What the load program says, and beside it CPU of gateway or balancer ("between") and directory."""
        load = self.get(name, connections)
        between = self.between(name)
        before = (processes.cpu_us(between.pid) if between else 0, processes.cpu_us(self.directory.pid))
        result = load.run(order)
        if between:
            result["between_us"] = processes.cpu_us(between.pid) - before[0]
        result["directory_us"] = processes.cpu_us(self.directory.pid) - before[1]
        return result

    def stop(self):
        for load in self._loads.values():
            load.stop()
