"""Training runs to play back: the typed way to mount `assets/components/activations/relus`."""

from collections.abc import Mapping

import numpy as np

from cnnviz.activations.dead_relus import Examples
from cnnviz.activations.relu_replay import Replay
from pages.ui.components.colours import series_colours
from pages.ui.components.registration import register
from pages.ui.wire import pack

_mount = register("activations/relus")


def relu_runs(
    *,
    key: str,
    runs: Mapping[str, Replay],
    examples: Examples,
    layers: int,
    reach: float,
    signature: str,
) -> None:
    """Show two training runs on the same examples, by name.

    Parameters
    ----------
    layers : hidden layers of each network
    reach : the maps of the plane go from -reach to reach.
    signature : changes with the runs; the playback then starts from their end.
    """
    arrays: dict[str, np.ndarray] = {
        "points": examples.points.astype(np.float32),
        "labels": examples.labels.astype(np.int32),
    }
    for place, run in enumerate(runs.values()):
        arrays[f"silent{place}"] = run.silent.astype(np.uint8)
        arrays[f"last_fired{place}"] = run.last_fired.astype(np.int32)
        arrays[f"dead{place}"] = run.dead_share.astype(np.float32)
        # A loss beyond float32 is as good as infinite on any chart.
        arrays[f"losses{place}"] = np.minimum(run.losses, 3e38).astype(np.float32)
        arrays[f"accuracies{place}"] = run.accuracies.astype(np.float32)
        arrays[f"map_steps{place}"] = run.map_steps.astype(np.int32)
        arrays[f"maps{place}"] = run.maps
    settings = {
        "runs": [{"name": name, "diverged": run.diverged} for name, run in runs.items()],
        "layers": layers,
        "reach": reach,
        "signature": signature,
        "colours": series_colours(2),
    }
    _mount(key=key, data=pack(settings, **arrays))
