"""The use case behind `harness clean`: environments that no lock of today asks for, and variants that were compared."""

import shutil
import sys
from pathlib import Path

from harness.campaign.plan.options import Selection
from harness.campaign.plan.project import Project
from harness.campaign.plan.selection import select
from harness.under_test.install.environments import environment_of, prune
from harness.under_test.install.locks import lock_of
from harness.under_test.install.variant_locks import VARIANTS


def remove_variants(project: Project) -> tuple[Path, ...]:
    """Remove the revisions and locks that `harness diff` made; the folder they lay in, where there was one."""
    folder = project.cache / VARIANTS
    if not folder.is_dir():
        return ()
    shutil.rmtree(folder)
    return (folder,)


def remove_stale_environments(project: Project) -> tuple[Path, ...]:
    """Remove every environment but those of the project's applications under this interpreter; those removed."""
    applications = select(project, Selection()).applications
    locks = {application.id: lock_of(application) for application in applications}
    current = [
        environment_of(app, lock, Path(sys.executable), project.cache)
        for app, lock in locks.items()
        if lock and lock.is_file()
    ]
    return prune(project.cache, current)
