"""A trained network's model card: what it is, what it learned from, how, and how good it is."""

from __future__ import annotations

import numpy as np

from cnnviz.networks.building import describe, format_stack
from cnnviz.networks.training.fitting import takes_levels
from cnnviz.networks.training.history import confusion
from cnnviz.networks.training.run import Run
from cnnviz.networks.training.settings import AUGMENTATIONS, OPTIMISERS, SCHEDULES
from cnnviz.notation import written_share


def model_card(run: Run) -> str:
    """Write it, as Markdown.

    Raises
    ------
    ValueError : the run has measured nothing yet.
    """
    plan, history = run.plan, run.history
    if not history.snapshots:
        raise ValueError("A model card tells what was measured. Received: a run without an epoch.")
    data, settings, last = plan.data, plan.settings, history.snapshots[-1]
    rows = describe(plan.stack)
    labels = data.labels[data.validation]
    counts = confusion(labels, last.predicted, len(data.class_names))
    used = len(data.first(settings.examples))
    height, width, channels = data.shape
    pixels = "levels from 0 to 255" if takes_levels(plan.stack) else "levels divided by 255"
    whole = "" if run.state == "done" else f", of {settings.epochs} that were planned"
    decay = f", weight decay {settings.decay:g}" if settings.decay else ""
    by_class = [
        f"| {name} | {written_share(int(row[place]), int(row.sum()))} | {int(row.sum())} |"
        for place, (name, row) in enumerate(zip(data.class_names, counts, strict=True))
        if row.sum()
    ]
    return "\n".join(
        [
            f"# {plan.label}, trained on {data.title}",
            "",
            "| | |",
            "| --- | --- |",
            f"| input | {height} x {width} x {channels}, {pixels} |",
            f"| classes | {', '.join(data.class_names)} |",
            f"| weights | {sum(row.weights for row in rows):,} |",
            f"| multiply-adds | {sum(row.multiply_adds for row in rows):,} |",
            f"| date | {run.date.isoformat()} |",
            "",
            "## Data",
            "",
            data.source,
            "",
            f"{used:,} pictures to learn from; {len(labels):,} held out, by which it is measured.",
            "",
            "## Training",
            "",
            f"- {last.length}{whole}, batches of {settings.batch}, seed {settings.seed}",
            f"- {OPTIMISERS[settings.optimiser].title}, learning rate {settings.rate:g} "
            f"({SCHEDULES[settings.schedule].lower()}){decay}",
            f"- augmentation: {AUGMENTATIONS[settings.augmentation][0].lower()}",
            f"- the layers: `{format_stack(plan.stack)}`",
            "",
            "## Accuracy",
            "",
            f"{written_share(int(np.trace(counts)), len(labels))} of the {len(labels):,} pictures "
            "held out.",
            "",
            "| class | right | pictures |",
            "| --- | --- | --- |",
            *by_class,
            "",
            "## Limits",
            "",
            "It knows these classes and no others, and always answers with one of them. The "
            "pictures held out are of the same kind as those it learned from: of others, this "
            "accuracy says nothing.",
            "",
        ]
    )
