"""Below the stage: why it matters, the network on the other pages, downloads and code."""

from __future__ import annotations

import csv
import io

from cnnviz.networks import Network
from cnnviz.networks.code import network_file
from cnnviz.networks.own_classes import whole_network
from cnnviz.networks.own_classes.code import learning_code
from cnnviz.networks.own_classes.features import BASE
from cnnviz.networks.own_classes.learning import BATCH, HEAD_RATE, TUNING_RATE
from cnnviz.notation import written_share
from pages.own_classes import story
from pages.own_classes.runs import Result, base
from pages.own_classes.state import EPOCHS, OWN, SEED
from pages.ui.network_files import network_files
from pages.ui.opening import as_own, open_elsewhere
from pages.ui.stage import why_it_matters
from pages.ui.takeaway import Download, npz, take_it_with_you

FILE = "own_classes.keras"


def finish(result: Result) -> None:
    """Draw what follows the stage."""
    open_elsewhere(lambda: as_own(_whole(result), FILE), "own")
    why_it_matters(
        "A network that has learned to tell a thousand classes apart has found features that "
        "tell many others apart as well. Only the last layer has to be learned anew, from a few "
        "pictures and in seconds: that is transfer learning. What the features do not tell "
        "apart, no head can; then earlier layers have to change too, which takes more pictures."
    )
    tuned = result.tuned is not None
    downloads = [
        Download("Network as .keras", FILE, lambda: network_file(_whole(result))),
        Download("Labels as text", "labels.txt", lambda: _lines(result.class_names)),
        Download("Model card", "own_classes.md", lambda: model_card(result).encode()),
        Download("Curves as CSV", "curves.csv", lambda: curves(result)),
        Download("Features as NPZ", "features.npz", lambda: _features(result)),
        *(network_files(base(), own=False) if tuned else []),
    ]
    code = learning_code(len(result.class_names), epochs=OWN[EPOCHS], seed=OWN[SEED], tuned=tuned)
    take_it_with_you(downloads, code)


def model_card(result: Result) -> str:
    """Write what the network is, what it learned from, how, and how good it is, as Markdown."""
    hits, count = story.right(result)
    tuned = "and its last stage, " if result.tuned is not None else ""
    rate = f", then {TUNING_RATE:g} for the last stage" if result.tuned is not None else ""
    names = ", ".join(result.class_names)
    return f"""# A head for {len(result.class_names)} classes on EfficientNet-Lite0

| | |
| --- | --- |
| input | 224 x 224 x 3, the middle of the picture |
| classes | {names} |
| learned | a dense layer of 1,280 weights and a bias for each class, {tuned}by Adam |
| base | `{BASE}`, trained on ImageNet, otherwise unchanged |

## Data

{len(result.parts.training)} pictures to learn from; {count} held out, by which it is measured.

## Training

{OWN[EPOCHS]} epochs, batches of {BATCH}, learning rate {HEAD_RATE:g}{rate}, seed {OWN[SEED]}.

## Accuracy

{hits} of {count} pictures held out are told right, {written_share(hits, count)}.

{story.confusion_table(result)}

It gives every picture one of these classes, whatever it shows. So few pictures say little about
others that were taken in another place, in another light or of other things.
"""


def curves(result: Result) -> bytes:
    """Write a row for each epoch."""
    file = io.StringIO()
    lines = csv.writer(file, lineterminator="\n")
    lines.writerow(["learned", "epoch", "loss", "accuracy", "held_out_loss", "held_out_accuracy"])
    for words, one in (("head", result.head), ("tuned", result.tuned)):
        if one is None:
            continue
        found = one.curves
        columns = (found.loss, found.accuracy, found.validation_loss, found.validation_accuracy)
        for at, row in enumerate(zip(*columns, strict=True), start=1):
            lines.writerow([words, at, *(f"{value:.7g}" for value in row)])
    return file.getvalue().encode()


def _features(result: Result) -> bytes:
    arrays = {
        "pooled": result.features.pooled,
        "labels": result.labels,
        "training": result.parts.training,
        "validation": result.parts.validation,
    }
    if result.tuned is not None:
        arrays["stage"] = result.features.stage
    return npz(**arrays)


def _whole(result: Result) -> Network:
    return whole_network(base(), result.learned)


def _lines(names: tuple[str, ...]) -> bytes:
    return ("\n".join(names) + "\n").encode()
