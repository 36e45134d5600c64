"""The machine a campaign ran on, as far as it explains figures. Nothing that identifies its owner."""

from typing import Final

from harness.model.record import Record


class Cores(Record):
    """Which logical CPUs each part may use. Empty means unpinned (one core, or not Linux)."""

    generator: tuple[int, ...] = ()
    server: tuple[int, ...] = ()
    services: tuple[int, ...] = ()

    @property
    def shared(self) -> bool:
        """Whether the generator competes with the server for cores."""
        return not self.generator or bool(set(self.generator) & set(self.server))


class Machine(Record):
    """Fingerprint: two campaigns are comparable only where all of these are equal (None: the system does not say)."""

    system: str
    kernel: str
    architecture: str
    cpu_model: str | None
    logical_cpus: int
    physical_cores: int | None
    memory_bytes: int
    governor: str | None = None
    turbo: bool | None = None
    virtualisation: str | None = None
    cores: Cores = Cores()


class Interpreter(Record):
    """A Python that applications of a campaign run on, as it describes itself. `label` names it in cells: that of a
    build without the global lock ends in `t`, and of two builds of one version the later one is numbered."""

    label: str
    implementation: str
    version: str
    build: str
    compiler: str
    options: str = ""
    gil: bool = True

    @property
    def lock(self) -> str:
        """Its global lock: `on`, `off (free-threaded build)`, or on in such a build, for people."""
        if not self.gil:
            return "off (free-threaded build)"
        return "on, although it is a free-threaded build" if self.free_threaded else "on"

    @property
    def free_threaded(self) -> bool:
        """Whether the build can run without the global lock, which it may hold all the same (`gil`)."""
        return "--disable-gil" in self.options.split() or self.label.split("-")[1:2] == [f"{self.version}t"]

    @property
    def jit(self) -> str | None:
        """`built in`, `built in, off unless PYTHON_JIT=1`, or `none`, by its build options; None where these are not
        known (PEP 744)."""
        if not self.options:
            return None
        built = next((one for one in self.options.split() if one.startswith("--enable-experimental-jit")), "")
        if not built or built.endswith("=no"):
            return "none"
        return "built in, off unless PYTHON_JIT=1" if built.endswith("=yes-off") else "built in"

    @property
    def built(self) -> str | None:
        """What of its build changes its speed: `optimised by profile, link-time optimisation`; None where the build
        options are not known."""
        found = [one.partition("=") for one in self.options.split()]
        options = {name for name, _, value in found if value != "no"}
        return ", ".join(words for option, words in BUILD.items() if option in options) or "plain" if options else None


BUILD: Final = {
    "--enable-optimizations": "optimised by profile",
    "--with-lto": "link-time optimisation",
    "--with-pydebug": "debug",
}
"""Options of CPython's configure that change its speed, and what they are called here."""


class Identity(Record):
    """What a live server process said of itself after it had loaded the application.

    `packages` maps each installed distribution it can import to its version.
    """

    pid: int
    interpreter: Interpreter
    packages: dict[str, str]
