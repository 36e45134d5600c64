"""The machine under test: a server, and a driver whose load comes from other machines.

`python -m tests.load.programs.host_under_test ADDRESS WORKERS SLICES LOG` prints the port workers connect to, then a
record a line as slices end.
"""

import sys
from pathlib import Path

from harness.load.driver import LocustDriver
from harness.model.measured.load import Target
from tests.load.servers import RIGHT, answering, scenario, serving, slice_of


def say(line: object) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main(address: str, workers: int, slices: int, log: Path) -> None:
    with (
        serving(answering(RIGHT), host=address) as served,
        LocustDriver(cpus=(), log=log, workers=workers, bind=address, wait_s=60) as driver,
    ):
        say(driver.port)
        driver.prepare([Target(cell="cell", host=address, port=served.port, sends_date=False)], [scenario()])
        for number in range(slices):
            (record,) = driver.drive([slice_of(0.3, rotation=number, connections=6)])
            say(record.model_dump_json())


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4]))
