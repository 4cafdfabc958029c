"""The Keras program that repeats a training run of :mod:`cnnviz.learning` to the same numbers."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cnnviz.learning.descent import start_learning
from cnnviz.learning.task import LearningTask, draw_batch


def run_arrays(task: LearningTask, steps: int) -> dict[str, NDArray[np.generic]]:
    """Gather what the program of :func:`learning_code` reads.

    Returns
    -------
    picture : (height, width) float32, standardised
    target : (height', width') float32, noise included
    start_0, start_1, ... : (rows, columns) float32, the first weights of each kernel
    start_biases : (kernels,) float32
    rows, columns : (steps, patches) int32, where the patches of each step begin
    """
    batches = [draw_batch(task, step) for step in range(steps)]
    start = start_learning(task)
    shape = (steps, len(batches[0].rows) if batches else 0)
    return {
        "picture": task.picture,
        "target": task.target,
        **{f"start_{place}": kernel for place, kernel in enumerate(start.kernels)},
        "start_biases": np.array(start.biases, np.float32),
        "rows": np.array([batch.rows for batch in batches], np.int32).reshape(shape),
        "columns": np.array([batch.columns for batch in batches], np.int32).reshape(shape),
    }


def learning_code(task: LearningTask, steps: int) -> str:
    """Write the program that trains the same kernels on the same patches.

    Reads `learning.npz` (:func:`run_arrays` for as many steps). `result` holds the learned
    kernels, each (rows, columns) float32, `losses` the loss before each step.
    """
    batch = draw_batch(task, 0)
    height, width = batch.patches.shape[1:]
    down, across = batch.targets.shape[1:]
    own = task.reach
    goal = [sum(kernel.shape[axis] - 1 for kernel in task.target_kernels) for axis in range(2)]
    top, left = ((own[axis] - goal[axis]) // 2 for axis in range(2))
    layers = [
        f'    keras.layers.Conv2D(1, {size}, activation="relu"),'
        if place < len(task.kernel_sizes) - 1
        else f"    keras.layers.Conv2D(1, {size}),"
        for place, size in enumerate(task.kernel_sizes)
    ]
    momentum = f", momentum={task.momentum!r}" if task.momentum else ""
    lines = [
        "import keras",
        "import numpy as np",
        "",
        f'run = np.load("learning.npz")  # its patches are those of {steps} steps',
        'picture, target = run["picture"], run["target"]',
        "model = keras.Sequential([",
        "    keras.Input((None, None, 1)),",
        *layers,
        "])",
        "for place, layer in enumerate(model.layers):",
        '    kernel = run[f"start_{place}"][:, :, None, None]',
        '    layer.set_weights([kernel, run["start_biases"][place : place + 1]])',
        f'model.compile(keras.optimizers.SGD({task.learning_rate!r}{momentum}), "mse")',
        "",
        "losses = []",
        'for places in zip(run["rows"], run["columns"]):',
        "    pairs = list(zip(*places))",
        f"    patches = [picture[r : r + {height}, c : c + {width}] for r, c in pairs]",
        f"    wanted = [target[{_plus('r', top)} : {_plus('r', top + down)}, "
        f"{_plus('c', left)} : {_plus('c', left + across)}] for r, c in pairs]",
        "    model.reset_metrics()  # else the loss would be the mean over all steps so far",
        "    patches, wanted = np.stack(patches)[..., None], np.stack(wanted)[..., None]",
        "    losses.append(float(model.train_on_batch(patches, wanted)))",
        "result = [np.asarray(layer.kernel)[:, :, 0, 0] for layer in model.layers]",
        "print(*result, sep='\\n')",
    ]
    return "\n".join(lines) + "\n"


def _plus(name: str, amount: int) -> str:
    if amount == 0:
        return name
    return f"{name} {'+' if amount > 0 else '-'} {abs(amount)}"
