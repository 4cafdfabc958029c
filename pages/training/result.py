"""What came of a training: open it on the other pages, take it along."""

from __future__ import annotations

from cnnviz.networks.code import network_file
from cnnviz.networks.network import Network
from cnnviz.networks.training.card import model_card
from cnnviz.networks.training.code import curves_file, data_file, training_code
from cnnviz.networks.training.fitting import takes_levels
from cnnviz.networks.training.plan import Plan
from cnnviz.networks.training.run import Run
from pages.ui.opening import as_own, open_elsewhere
from pages.ui.takeaway import Download, take_it_with_you


def trained_network(run: Run) -> Network:
    """Give what was trained as a network with labels, as the other pages take it.

    Raises
    ------
    ValueError : it has not ended with weights.
    """
    return Network.from_model(
        run.model(),
        labels=run.plan.data.class_names,
        preprocessing=_pixels(run),
        name=_file_stem(run),
        title=f"{run.plan.label} on {run.plan.data.title}",
    )


def opened_elsewhere(run: Run) -> None:
    """Draw what opens the trained network on the other pages."""
    if run.has_weights:
        file_name = f"{_file_stem(run)}.keras"
        open_elsewhere(lambda: as_own(trained_network(run), file_name), "train")


def take_away(plan: Plan, run: Run | None) -> None:
    """Draw the downloads, and the program that gives the same training.

    plan : of `run`, where there is one.
    """
    downloads, stopped = [], ""
    if run is not None:
        if run.has_weights:
            stem = _file_stem(run)
            downloads = [
                Download(
                    "Network as .keras", f"{stem}.keras", lambda: network_file(trained_network(run))
                ),
                Download(
                    "Labels as text",
                    "labels.txt",
                    lambda: ("\n".join(plan.data.class_names) + "\n").encode(),
                ),
                Download("Model card", f"{stem}.md", lambda: model_card(run).encode()),
            ]
        if run.history.snapshots:
            stopped = run.history.snapshots[-1].length if run.state == "stopped" else ""
            downloads.append(
                Download("Curves as CSV", "curves.csv", lambda: curves_file(run.history.snapshots))
            )
    downloads.append(Download("Pictures as NPZ", "data.npz", lambda: data_file(plan)))
    take_it_with_you(downloads, training_code(plan, stopped))


def _pixels(run: Run) -> str:
    return "zero_to_255" if takes_levels(run.plan.stack) else "zero_to_one"


def _file_stem(run: Run) -> str:
    title = f"{run.plan.label} {run.plan.data.title}".lower()
    return "_".join("".join(sign if sign.isalnum() else " " for sign in title).split())
