"""Which test file a worker is given next."""

from collections.abc import Sequence

from xdist.scheduler import LoadFileScheduling
from xdist.workermanage import WorkerController

_BROWSER = "tests/browser/"


def next_file(files: Sequence[str], *, browsing: int, workers: int) -> str | None:
    """Choose one of the files that are left, the first of its kind; None where it is for others.

    browsing : how many of the other workers drive a browser; half of all are to, rounded up. In the
        end all do but one, for of three and more one is there to compute while the others wait.
    """
    to_browse = browsing < (workers + 1) // 2
    chosen = next((file for file in files if file.startswith(_BROWSER) == to_browse), files[0])
    is_for_others = chosen.startswith(_BROWSER) and workers > 2 and browsing >= workers - 1
    return None if is_for_others else chosen


class BrowserBesideOthers(LoadFileScheduling):
    """Give each file to one worker, and files with a browser to half of the workers at a time.

    A browser's tests wait for frames and answers; two such workers leave a quarter of two cores
    idle. One more that always computes takes that quarter, as long as it has something to compute:
    so both kinds are to last until the end. What is left of one kind then is for all (`next_file`).
    """

    def _assign_work_unit(self, node: WorkerController) -> None:
        others = [files for one, files in self.assigned_work.items() if one is not node]
        browsing = sum(
            any(
                file.startswith(_BROWSER) and not all(tests.values()) for file, tests in its.items()
            )
            for its in others
        )
        chosen = next_file(list(self.workqueue), browsing=browsing, workers=self.numnodes)
        if chosen is None:
            node.shutdown()  # once it has done what it was given
            return
        self.workqueue.move_to_end(chosen, last=False)
        super()._assign_work_unit(node)
