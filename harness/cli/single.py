"""An option that may be given once, given twice with different values, is a mistake: the last would win silently."""

from typing import Any

import typer
from typer.core import TyperCommand

from harness.model.errors import UsageError


class Single(TyperCommand):
    """A command that refuses such options, whichever they are."""

    def parse_args(self, ctx: typer.Context, args: list[str]) -> list[str]:  # type: ignore[override]
        self._refuse_contradictions(ctx, args)
        return super().parse_args(ctx, args)

    def _refuse_contradictions(self, ctx: typer.Context, args: list[str]) -> None:
        parser = self.make_parser(ctx)
        once = {option for option in parser._long_opt.values() if option.action == "store"}
        for option in once:
            option.action = "append"  # of this parser alone: it gathers every value that is given
        values, _, _ = parser.parse_args(args=list(args))
        for option in once:
            given: list[Any] = values.get(str(option.dest)) or []
            if len(set(given)) > 1:
                raise UsageError(
                    f"given more than once, with different values: {', '.join(map(str, given))}",
                    where=max(option._long_opts, key=len),
                    mend=f"give it once; see: harness {ctx.info_name} --help",
                )
