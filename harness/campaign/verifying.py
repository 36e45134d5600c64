"""The use case behind `harness verify`: start every chosen cell, look at it in full, stop it."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from harness.campaign.planning import GROUP_SIZE
from harness.campaign.preparation import Prepared
from harness.model.cell import Cell
from harness.model.notice import Failure
from harness.target.verification import Verification
