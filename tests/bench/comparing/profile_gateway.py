"""Where the gateway's CPU time goes while one row of `rates` runs."""

import subprocess

import flame
import processes
from rates import BULK

SAMPLES_PER_SECOND = 997


def run(work, output, contenders, row, seconds):
    """Writes a flame graph; the CPU of one operation, shares by thread and by function."""
    if processes.missing("perf"):
        raise SystemExit("compare: perf is missing: apt-get install linux-perf")
    contenders.measure(row.contender, row.connections, f"{row.order} 1")
    process = contenders.between(row.contender) or contenders.directory
    data = work / "perf.data"
    # By the stack's octets: Debian's libraries keep no frame pointers.
    recorder = subprocess.Popen(
        [
            "perf",
            "record",
            "-q",
            "-F",
            str(SAMPLES_PER_SECOND),
            "--call-graph",
            "dwarf,16384",
            "-p",
            str(process.pid),
            "-o",
            data,
            "--",
            "sleep",
            str(seconds),
        ],
        stderr=subprocess.DEVNULL,
    )
    result = contenders.measure(row.contender, row.connections, f"{row.order} {seconds}")
    recorder.wait()
    script = subprocess.Popen(
        ["perf", "script", "-i", data, "--no-inline", "-F", "comm,ip,sym,dso"],
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    root = flame.tree(flame.stacks(script.stdout))
    script.wait()
    name = "profile-" + "".join(c if c.isalnum() else "-" for c in row.title)
    (output / f"{name}.svg").write_text(flame.svg(root, f"{row.group}: {row.title}"))
    count = result["entries" if row.group == BULK else "operations"]
    each = result.get("between_us", result["directory_us"]) / count
    return {
        "title": row.title,
        "group": row.group,
        "us_each": each,
        "file": f"{name}.svg",
        "samples": root.samples,
        "threads": flame.table(root, lambda path: path[0]),
        "kernel_calls": flame.table(root, system_call),
        "functions": flame.table(root),
        "inclusive": flame.inclusive(root),
    }


def system_call(path):
    """The call of the kernel in which a sample lies."""
    for name in path:
        if name.startswith(("__x64_sys_", "__se_sys_")):
            return name.split("_sys_")[1]
    return (
        "in user space"
        if not any(name.startswith(("entry_SYSCALL", "asm_", "do_syscall")) for name in path)
        else "entering"
    )
