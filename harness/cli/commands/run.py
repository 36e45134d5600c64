"""`harness run`: measure, write the report, print the ranking."""

from harness.cli.option_record import options_from
from harness.cli.run.asked import RunAsked
from harness.model.errors import ExitCode


@options_from(RunAsked)
def run(asked: RunAsked) -> int:
    """Measure applications on servers, rank them, and write the report."""
    from harness.campaign.plan.lacking import refuse_what_is_lacking
    from harness.campaign.plan.preparation import prepare
    from harness.campaign.plan.profiles import profile
    from harness.campaign.plan.project import Project
    from harness.cli.folders import place_for_report, results_folder
    from harness.cli.run import plans

    plans.check_fail_on(asked.fail_on)
    asked.refuse_without_service()
    project = Project.here()
    resumed = results_folder(project, asked.resume) if asked.resume else None
    options = plans.wanted_options(resumed, asked.options)
    if asked.names_a_service:
        from harness.cli.run.given import prepared_service

        prepared = prepared_service(project, asked, options, resumed)
    else:
        prepared = prepare(project, options)
    if asked.plan:
        record = prepared.record
        plans.show_plan(record.plan, record.notices, json=asked.json, interpreters=record.interpreters)
        return ExitCode.OK
    place_for_report(asked.out)
    refuse_what_is_lacking(prepared)
    plans.heed_others(asked.wait, exclusive=asked.exclusive)

    # What measures and reports takes a second to load: by now there is something to measure.
    from harness.campaign.run import begin, go_on
    from harness.cli.run import running

    start = go_on(prepared, resumed) if resumed else begin(prepared, asked.results or project.results)
    fault = running.measure(project, prepared, start, quiet=asked.quiet)
    if asked.capabilities and not fault:
        running.try_capabilities(project, prepared, start, asked.selection, quiet=asked.quiet)
    elif profile(prepared.record.plan.profile).probes and not fault:
        running.try_for_the_story(project, start.folder, quiet=asked.quiet)
    again = (*running.needed_again(asked.app, asked.scenarios, asked.python), *asked.service_options())
    return running.finish(
        project,
        start.folder.path,
        asked.out,
        json=asked.json,
        whole=asked.quiet,
        fail_on=asked.fail_on,
        again=again,
        fault=fault,
    )
