"""A copy of the project in which one line at a time is broken, and its database."""

import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.python.oracle.mutations import Mutation
from tests.python.oracle.true_platform import CUT_DAY, TruePlatform
from tests.python.support.dbt_in_process import DbtInProcess
from tests.python.support.platform import REPOSITORY, Platform

COPIED = ("models", "dbt_project.yml")
LEFT_OUT = ("logs", "target", "profiles.yml")
NOT_BUILT = ("seed", "snapshot", "test", "unit_test")
# What is foretold is an input of the oracle; it takes long, and Python models.
FORETOLD = ("value", "churn")


class BrokenPlatform:
    """Builds the models from the broken one on, on a copy of a built database.

    Args:
        folder: Where copies go.
        true: The platform that is right, on the day of `CUT_DAY`.
        targets: What is compared.
    """

    def __init__(
        self, folder: Path, true: TruePlatform, targets: Iterable[str]
    ) -> None:
        self.true, self.targets = true, tuple(targets)
        self.project = folder / "project"
        self.project.mkdir()
        for entry in REPOSITORY.iterdir():
            hidden = entry.name.startswith(".")
            if entry.name not in (*COPIED, *LEFT_OUT) and not hidden:
                (self.project / entry.name).symlink_to(entry)
        shutil.copytree(REPOSITORY / "models", self.project / "models")
        variables = (REPOSITORY / "dbt_project.yml").read_text()
        set_day = variables.replace("as_of_date: null", f'as_of_date: "{CUT_DAY}"')
        assert set_day != variables
        (self.project / "dbt_project.yml").write_text(set_day)
        self.platform = Platform(folder / "platform", lake=true.platform.lake)
        self.dbt = DbtInProcess(self.platform, self.project)

    def build(self, model: str) -> None:
        """Builds a model and what the targets need of what is made of it."""
        shutil.copyfile(self.true.platform.database, self.platform.database)
        chosen = [f"{model}+,+{target}" for target in self.targets]
        without = [f"path:models/{layer}/{area}" for layer, area in _foretold()]
        kinds = [f"--exclude-resource-type={kind}" for kind in NOT_BUILT]
        words = ("--select", *chosen, "--exclude", *without)
        self.dbt.run("build", *kinds, *words)

    @contextmanager
    def broken(self, mutation: Mutation) -> Iterator[None]:
        """The project with one break, and without it again."""
        file = self.project / mutation.file
        text = file.read_text()
        count = text.count(mutation.old)
        assert count == 1, f"{mutation.file} has {mutation.old!r} {count} times"
        file.write_text(text.replace(mutation.old, mutation.new))
        self.dbt.forget()
        try:
            yield
        finally:
            file.write_text(text)
            self.dbt.forget()


def _foretold() -> Iterable[tuple[str, str]]:
    for area in FORETOLD:
        for layer in ("intermediate", "marts"):
            if (REPOSITORY / "models" / layer / area).is_dir():
                yield layer, area
