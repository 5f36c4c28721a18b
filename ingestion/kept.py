"""A raw table as upkeep sees it: data files, files that nobody needs, and the log."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from deltalake import PostCommitHookProperties
from deltalake.exceptions import CommitFailedError

from ingestion.lake import LakeTable, lake_errors

# While a run keeps landing there is always something left to merge.
PASSES = 5
# What Delta writes as one file by default; dbt reads a table by whole files.
TARGET_BYTES = 100 * 1024 * 1024
# The log is cleaned where all that it tells is noted elsewhere, and nowhere else.
_HOOKS = PostCommitHookProperties(create_checkpoint=False, cleanup_expired_logs=False)


@dataclass(frozen=True)
class Size:
    """The data files of a table, and their bytes."""

    files: int
    bytes: int


class KeptTable(LakeTable):
    """A raw table as it lies in the lake, whatever the contract says by now.

    Nothing here changes a row, an app transaction or a column. Readers keep the files
    that they have opened until these are older than the retention.
    """

    def size(self) -> Size:
        """Return what the table consists of."""
        sizes = self._sizes()
        return Size(len(sizes), sum(sizes))

    def size_when_merged(self) -> int:
        """Return how many data files `merge` would leave at most."""
        return len(list(bins(self._sizes())))

    def merge(self) -> bool:
        """Merge small files that lie side by side in time, as far as it goes.

        Rows that others append meanwhile stay beside it. What others rewrite
        meanwhile cannot be merged: then the table is looked at anew.

        Returns:
            Whether it was possible; if not, others were quicker again and again.

        Raises:
            LakeError: The lake refuses.
        """
        is_possible = True
        for _ in range(PASSES):
            with lake_errors(self.name):
                try:
                    done = self._delta.optimize.compact(
                        target_size=TARGET_BYTES,
                        # Memory is that of one file, however many are merged.
                        max_concurrent_tasks=1,
                        post_commithook_properties=_HOOKS,
                    )
                except CommitFailedError:
                    is_possible = False
                    self._delta.update_incremental()
                    continue
            is_possible = True
            # Together rows need less room, so that more of them may fit into a file.
            if not done["numFilesRemoved"]:
                break
        return is_possible

    def remove_old_files(self, retention_hours: int, *, is_dry_run: bool) -> int:
        """Remove files that no version within the retention needs.

        Those that a killed run has left, and that no version ever named, go as well.

        Returns:
            How many.

        Raises:
            LakeError: The lake refuses.
        """
        self.refresh()
        with lake_errors(self.name):
            removed = self._delta.vacuum(
                retention_hours,
                dry_run=is_dry_run,
                # The command line has asked.
                enforce_retention_duration=False,
                full=True,
                post_commithook_properties=_HOOKS,
            )
        return len(removed)

    def shorten_log(self) -> None:
        """Write a checkpoint, and remove what it makes needless of an expired log.

        Raises:
            LakeError: The lake refuses.
        """
        with lake_errors(self.name):
            self._delta.create_checkpoint()
            self._delta.cleanup_metadata()

    def _evolve(self) -> None:
        """Leave the columns as they are."""

    def _sizes(self) -> list[int]:
        with lake_errors(self.name):
            actions = self._delta.get_add_actions()
            return [int(size) for size in actions.column("size_bytes").to_pylist()]


def bins(sizes: Iterable[int]) -> Iterable[int]:
    """Yield the sizes of what Delta makes of files: neighbours, up to the target."""
    current = 0
    for size in sizes:
        if current and current + size > TARGET_BYTES:
            yield current
            current = 0
        current += size
    if current:
        yield current
