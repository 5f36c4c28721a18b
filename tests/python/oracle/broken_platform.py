"""The project with one line broken at a time, on copies of a built database."""

import shutil
from collections.abc import Iterable
from pathlib import Path

from tests.python.oracle import tables
from tests.python.oracle.mutations import Mutation
from tests.python.oracle.true_platform import TruePlatform, variables
from tests.python.support.dbt_in_process import DbtInProcess
from tests.python.support.platform import REPOSITORY, Platform

# What is foretold is an input of the oracle; it takes long, and Python models.
FORETOLD = ("intermediate/value", "intermediate/churn", "marts/value", "marts/churn")


class BrokenPlatform:
    """Builds the models from the broken one on.

    Args:
        folder: Where copies go.
        true: The platform that is right, on its day.
        targets: What is compared.
    """

    def __init__(
        self, folder: Path, true: TruePlatform, targets: Iterable[str]
    ) -> None:
        self.true, self.targets = true, tuple(targets)
        self.platform = Platform(folder, lake=true.platform.lake)
        day = tables.as_of_date(true.platform)
        self.dbt = DbtInProcess(self.platform, variables(str(day)))

    def build(self, model: str, code: str | None = None) -> None:
        """Builds a model, and what the targets need of what is made of it.

        Args:
            model: The first model that is built.
            code: Its code, where that is not the project's.
        """
        shutil.copyfile(self.true.platform.database, self.platform.database)
        chosen = sorted(self.dbt.between(model, self.targets, without=FORETOLD))
        # Not `build`: nothing but models, and no selection of others to leave out.
        self.dbt.run("run", "--select", *chosen, code={model: code} if code else None)

    def build_broken(self, mutation: Mutation) -> None:
        """Builds with one break."""
        text = (REPOSITORY / mutation.file).read_text()
        count = text.count(mutation.old)
        assert count == 1, f"{mutation.file} has {mutation.old!r} {count} times"
        self.build(mutation.model, text.replace(mutation.old, mutation.new))
