"""Below the stage: the arithmetic of the layer in hand, why it matters, downloads."""

from __future__ import annotations

import csv
import io

import streamlit as st

from cnnviz.networks.building import (
    Outline,
    Row,
    Stack,
    build_model,
    format_stack,
    stack_code,
)
from cnnviz.networks.building.augmentation import AUGMENTATION_KINDS
from cnnviz.networks.building.formulas import (
    memory_formula,
    parts_of_block,
    size_formula,
    weights_formula,
    work_formula,
)
from cnnviz.networks.building.kinds import Dropout, SpatialDropout2D, said_shape
from cnnviz.networks.code import model_file
from cnnviz.notation import aligned
from pages.building.diagram import downloads as diagram_downloads
from pages.building.opening import FILE_NAME, built_network
from pages.building.state import BUILD, SEED, layer_in_hand
from pages.ui.headings import header
from pages.ui.opening import open_elsewhere
from pages.ui.path import PAGES
from pages.ui.picture import picture_address
from pages.ui.stage import why_it_matters
from pages.ui.takeaway import Download, take_it_with_you

_TRAIN = "pages/14_train.py"


def finish(stack: Stack, found: Outline) -> None:
    """Draw it."""
    position = layer_in_hand()
    if position < len(found.rows):
        _arithmetic(found.rows[position])
    if found.problem is None:
        open_elsewhere(lambda: built_network(stack), "build")
        _lead_to_training(stack)
    why_it_matters(
        "A network's shape is a budget. Its weights are what must be learned and stored, its "
        "multiply-adds are the time of an answer, and its maps are the memory that training needs. "
        "All three follow from the shapes, and mostly from one or two layers: look for the long "
        "bars before you train."
    )
    downloads = [
        *diagram_downloads(found),
        Download("Table as CSV", "network.csv", lambda: _table(found.rows)),
    ]
    code = ""
    if found.problem is None:
        code, seed = stack_code(stack), BUILD[SEED]
        downloads += [
            Download("Program as .py", "network.py", lambda: code.encode()),
            Download(
                "Network as .keras, with random weights",
                FILE_NAME,
                # Made where no session is at hand: the seed must be known by then.
                lambda: model_file(build_model(stack, seed=seed)),
            ),
        ]
    take_it_with_you(downloads, code)


def _arithmetic(row: Row) -> None:
    header(f"The arithmetic of {row.name}")
    formulas = [size_formula(row), weights_formula(row), work_formula(row), memory_formula(row)]
    st.latex(aligned([formula.replace(" = ", " &= ", 1) for formula in formulas if formula], 0.5))
    words = []
    if parts := parts_of_block(row):
        said = "; ".join(
            f"`{part.name}` {said_shape(part.output_shape)}, {part.parameters:,} weights, "
            f"{part.multiply_adds:,} multiply-adds"
            for part in parts
        )
        words.append(f"It stands for {len(parts)} layers: {said}.")
    if row.kept_weights:
        words.append(
            f"{row.kept_weights:,} of its weights are running means and variances, which training "
            "keeps up to date and no gradient changes."
        )
    if isinstance(row.layer, (*AUGMENTATION_KINDS, Dropout, SpatialDropout2D)):
        words.append("It works while a network is trained, and passes on what it is given here.")
    if not row.weights:
        words.append("It has no weights.")
    if not row.multiply_adds:
        words.append("Multiply-adds are counted of convolutions and dense layers, as papers do.")
    if words:
        st.caption(" ".join(words))


def _lead_to_training(stack: Stack) -> None:
    page = next((page for page in PAGES if page.path == _TRAIN), None)
    if page is not None:
        st.page_link(
            page.path,
            label="Train it",
            icon=page.icon,
            query_params={"stack": format_stack(stack)} | picture_address(),
        )


def _table(rows: tuple[Row, ...]) -> bytes:
    file = io.StringIO()
    lines = csv.writer(file, lineterminator="\n")
    lines.writerow(
        [
            "layer",
            "kind",
            "output shape",
            "trained weights",
            "kept weights",
            "multiply-adds",
            "bytes",
            "receptive field",
        ]
    )
    for row in rows:
        field = row.receptive_field
        lines.writerow(
            [
                *(row.name, row.layer.kind(), "x".join(map(str, row.output_shape))),
                *(row.trained_weights, row.kept_weights, row.multiply_adds, row.memory_bytes),
                "all" if field is None else "x".join(map(str, field.size)),
            ]
        )
    return file.getvalue().encode()
