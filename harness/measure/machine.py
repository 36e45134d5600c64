"""The machine's fingerprint: what explains figures, and nothing that identifies its owner."""

import os
import platform
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import psutil

from harness.measure.cores import cgroup_folders, split_cores
from harness.model.measured.machine import Cores, Machine


def fingerprint(cores: Cores | None = None, root: Path = Path("/")) -> Machine:
    """Describe this machine; what the system does not tell is None. `cores` defaults to `split_cores()`.

    Memory is in bytes: the machine's, or the limit of the cgroup where that is lower.
    """
    return Machine(
        system=platform.system(),
        kernel=platform.release(),
        architecture=platform.machine(),
        cpu_model=cpu_model(root),
        logical_cpus=os.cpu_count() or 1,
        physical_cores=psutil.cpu_count(logical=False),
        memory_bytes=min(psutil.virtual_memory().total, *memory_limits(root)),
        governor=governor(root),
        turbo=turbo(root),
        virtualisation=virtualisation(root),
        cores=split_cores() if cores is None else cores,
    )


def text_of(file: Path) -> str | None:
    """A one-line file of /proc or /sys; None where the kernel has none or does not let it be read."""
    try:
        return file.read_text().strip()
    except OSError:
        return None


def output_of(*argv: str) -> str | None:
    if shutil.which(argv[0]) is None:
        return None
    env = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"}  # what is looked for stands there in English
    done = subprocess.run(argv, capture_output=True, text=True, timeout=10, check=False, env=env)
    return done.stdout.strip() or None


def cpu_model(root: Path) -> str | None:
    """`model name` on x86; elsewhere what lscpu or sysctl makes of it."""
    named = re.search(r"^model name\s*: (.+)$", text_of(root / "proc/cpuinfo") or "", re.MULTILINE)
    if named:
        return named[1]
    if platform.system() == "Darwin":
        return output_of("sysctl", "-n", "machdep.cpu.brand_string")
    listed = re.search(r"^Model name:\s*(.+)$", output_of("lscpu") or "", re.MULTILINE)
    return listed[1] if listed else None


def memory_limits(root: Path) -> list[int]:
    found = [
        text_of(folder / name)
        for folder in cgroup_folders(root, ("memory",))
        for name in ("memory.max", "memory.limit_in_bytes")
    ]
    return [int(limit) for limit in found if limit and limit.isdigit()]


def governor(root: Path) -> str | None:
    """Frequency governors in use, usually one."""
    files = (root / "sys/devices/system/cpu").glob("cpu[0-9]*/cpufreq/scaling_governor")
    return ", ".join(sorted({text for file in files if (text := text_of(file))})) or None


def turbo(root: Path) -> bool | None:
    """Whether the CPU may exceed its nominal frequency."""
    cpus = root / "sys/devices/system/cpu"
    ways: tuple[tuple[Path, Callable[[str], bool]], ...] = (
        (cpus / "intel_pstate/no_turbo", lambda text: text == "0"),
        (cpus / "cpufreq/boost", lambda text: text == "1"),
    )
    return next((means(text) for file, means in ways if (text := text_of(file))), None)


def virtualisation(root: Path) -> str | None:
    """The hypervisor, and the container in it ("kvm, docker"); "none" on bare metal."""
    layers = [output_of("systemd-detect-virt", kind) for kind in ("--vm", "--container")]
    if any(layers):
        return ", ".join(layer for layer in layers if layer and layer != "none") or "none"
    flags = re.search(r"^flags\s*: (.+)$", text_of(root / "proc/cpuinfo") or "", re.MULTILINE)
    return None if flags is None else ("hypervisor" if "hypervisor" in flags[1].split() else "none")
