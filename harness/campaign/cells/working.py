"""Scenarios in which requests compute: for how many steps, found once for a campaign and the same for all its cells."""

from dataclasses import replace

from harness.campaign.plan.preparation import Prepared
from harness.campaign.plan.project import Project
from harness.campaign.session.recording import Recorder
from harness.under_test.launch.calibrating import work_for


def calibrated(project: Project, prepared: Prepared, recorder: Recorder) -> Prepared:
    """The same with the steps that the record holds; what it lacks is found and recorded. A resumed campaign goes on
    with those it began with. Raises EnvironmentRefused where they cannot be found."""
    busy = {one.id: one.manifest.prepared.busy_s for one in prepared.scenarios.values() if one.manifest.prepared}
    python, cpus = prepared.platform.pythons[0].path, prepared.platform.cores.server[:1]
    work = {
        id_: recorder.record.work.get(id_) or work_for(seconds, python, project.apps / "_shared", cpus)
        for id_, seconds in busy.items()
        if seconds is not None
    }
    if work != recorder.record.work:
        recorder.update(work=work)
    scenarios = {id_: one.working(work[id_]) if id_ in work else one for id_, one in prepared.scenarios.items()}
    return replace(prepared, scenarios=scenarios)
