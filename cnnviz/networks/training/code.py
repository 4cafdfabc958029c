"""The Keras program that gives the same training, and the files that it and others read."""

from __future__ import annotations

import io
from collections.abc import Sequence

import numpy as np

from cnnviz.networks.building import stack_code
from cnnviz.networks.training.fitting import LOSS, takes_levels
from cnnviz.networks.training.history import Snapshot
from cnnviz.networks.training.plan import Plan
from cnnviz.networks.training.settings import OPTIMISERS


def training_code(plan: Plan, stopped: str = "") -> str:
    """Write the program; it reads `data.npz` (`data_file`) and leaves the accuracies in `result`.

    All that is drawn at random follows from the seed. So it gives the same numbers, digit by digit,
    on as many cores as the training had, which are two at most; on others sums are rounded in
    another order.

    stopped : after how much of it a training was stopped, which the program is not; "" otherwise.
    """
    settings = plan.settings
    scale = "" if takes_levels(plan.stack) else " / 255"
    imports, _, network = stack_code(settings.augmented(plan.stack)).partition("\n\n")
    arguments = ", ".join(
        f"{name}={value!r}" for name, value in settings.optimiser_arguments().items()
    )
    rates = settings.rates()
    constructor = OPTIMISERS[settings.optimiser].constructor
    plain = len(set(rates)) == 1
    lines = [
        *imports.replace("import keras\n", "import keras\nimport numpy as np\n").splitlines(),
        "",
        'data = np.load("data.npz")',
        f'x, y = data["x"].astype("float32"){scale}, data["y"]',
        f'held_out = data["validation_x"].astype("float32"){scale}, data["validation_y"]',
        "",
        f"keras.utils.set_random_seed({settings.seed})",
        *network.splitlines(),
        "model.compile(",
        f"    optimizer=keras.optimizers.{constructor}({arguments}),",
        f'    loss="{LOSS}",',
        '    metrics=["accuracy"],',
        "    jit_compile=False,",
        ")",
        *([] if plain else _listed("rates", rates)),
        *([f"# What it repeats was stopped after {stopped}."] if stopped else []),
        *(
            ["# Each loss that is told has what the regularisers add in it."]
            if plan.is_regularised
            else []
        ),
        "history = model.fit(",
        "    x,",
        "    y,",
        f"    batch_size={settings.batch},",
        f"    epochs={settings.epochs},",
        "    validation_data=held_out,",
        *(
            []
            if plain
            else ["    callbacks=[keras.callbacks.LearningRateScheduler(rates.__getitem__)],"]
        ),
        "    verbose=2,",
        ")",
        'result = history.history["val_accuracy"]',
        "print(result)",
    ]
    return "\n".join(lines) + "\n"


def _listed(name: str, values: Sequence[float]) -> list[str]:
    rows = [values[start : start + 6] for start in range(0, len(values), 6)]
    return [f"{name} = [", *(f"    {', '.join(f'{one:g}' for one in row)}," for row in rows), "]"]


def data_file(plan: Plan) -> bytes:
    """Pack the pictures and classes that a plan learns from as the bytes of a `.npz`."""
    _, arrays = plan.request()
    file = io.BytesIO()
    kept = {name: array for name, array in arrays.items() if name != "watched"}
    np.savez_compressed(file, **kept, class_names=np.array(plan.data.class_names))  # type: ignore[arg-type]
    return file.getvalue()


def curves_file(snapshots: Sequence[Snapshot]) -> bytes:
    """Write a row for each epoch as CSV; what was not measured is left empty.

    Of `val_loss`, regularisers add `penalty`. In the last column, 0 stands for an epoch that was
    stopped before all its steps were taken.
    """
    names = (
        *("epoch", "seconds", "rate", "loss", "accuracy"),
        *("val_loss", "val_accuracy", "penalty", "whole"),
    )
    rows = [",".join(names)]
    for one in snapshots:
        values = [getattr(one, name) for name in names]
        rows.append(",".join("" if value is None else f"{value:.7g}" for value in values))
    return ("\n".join(rows) + "\n").encode()
