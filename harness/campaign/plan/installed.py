"""Applications whose programs this machine lacks are left out of a campaign, with a notice; that is no failure."""

from dataclasses import replace

from harness.campaign.plan.selection import Selected
from harness.model.errors import EnvironmentRefused
from harness.model.notice import Notice
from harness.under_test.launch.programs import absent


def installed(selected: Selected) -> tuple[Selected, tuple[Notice, ...]]:
    """What of the selection can be run here, and a notice for each application that cannot.

    Raises EnvironmentRefused, with the commands that mend it, where nothing is left.
    """
    notices = {one.id: notice for one in selected.applications if (notice := absent(one.manifest))}
    left = replace(
        selected,
        applications=tuple(one for one in selected.applications if one.id not in notices),
        choices=tuple(choice for choice in selected.choices if choice.application.id not in notices),
    )
    if not left.choices:
        told = [f"{notice.seen}; {notice.mend}" for notice in notices.values()]
        raise EnvironmentRefused("\n".join(["no application is left that can be run", *told]))
    return left, tuple(notices.values())
