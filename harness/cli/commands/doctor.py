"""`harness doctor`: what this machine lacks, and the command that mends it."""

from harness.cli import options
from harness.cli.console import output, print_json
from harness.cli.show.tables import table
from harness.model.errors import ExitCode


def doctor(*, json: options.Json = False) -> int:
    """Say what this machine lacks for measuring, and the exact command that mends it."""
    from harness.campaign.doctor import examine
    from harness.campaign.plan.project import Project

    checks = examine(Project.here())
    if json:
        print_json([check.model_dump(mode="json") for check in checks])
    else:
        rows = [(check.state, check.name, check.seen, check.mend) for check in checks]
        output.print(table(("", "what", "seen", "how to mend it"), rows))
    return ExitCode.ENVIRONMENT if any(check.state == "lacking" for check in checks) else ExitCode.OK
