"""The machine a campaign ran on, as far as it explains figures. Nothing that identifies its owner."""

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


class Identity(Record):
    """What a live server process said of itself after it had loaded the application.

    `packages` maps each installed distribution it can import to its version.
    """

    pid: int
    interpreter: Interpreter
    packages: dict[str, str]
