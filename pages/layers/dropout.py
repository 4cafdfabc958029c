"""Dropout: the mask on the maps, and what stays the same on average."""

import numpy as np
import streamlit as st

from cnnviz.layers.code import dropout_code
from cnnviz.layers.dropout import DropoutStatistics, dropout, dropout_statistics, packed_masks
from cnnviz.layers.formulas import DROPOUT, expected_with_numbers
from cnnviz.notation import legend
from cnnviz.shapes import Maps
from pages.layers.components.dropout import dropout_view
from pages.layers.experiments import DROPOUT as EXPERIMENTS
from pages.layers.maps import maps_of
from pages.ui.entries import Choice, Real, Toggle, Whole
from pages.ui.experiments import TryThis
from pages.ui.headings import header
from pages.ui.picture import Picture
from pages.ui.stage import seen_first, stage_and_controls, why_it_matters
from pages.ui.state import Table
from pages.ui.takeaway import Download, npz, take_it_with_you

_MASKS = 200

MODE = Choice("layer_mode", {"training": "Training", "inference": "Inference"})
RATE = Real("layer_rate", 0.0, 0.95, 0.5, 0.05)
SPATIAL = Toggle("layer_spatial")
SEED = Whole("layer_seed", 0, 9999, 0)
DROPPED = Table("layers_dropout", MODE, RATE, SPATIAL, SEED)


def dropout_layer(picture: Picture) -> None:
    """Show the part."""
    DROPPED.follow()
    tries = TryThis(DROPPED, EXPERIMENTS)
    stage, controls = stage_and_controls()
    with controls:
        _controls()
    training = DROPPED[MODE] == "training"
    rate, spatial, seed = DROPPED[RATE], DROPPED[SPATIAL], DROPPED[SEED]
    maps = maps_of(picture).pool
    masks, statistics = _drawn(picture.identity, rate, spatial, seed, maps)
    first = dropout(maps, rate, seed, training=training, spatial=spatial)
    tries.saw(first)
    with seen_first(stage):
        dropout_view(
            key="dropout_view",
            maps=maps,
            masks=masks,
            scale=first.scale,
            statistics=statistics,
            training=training,
            alt=f"The network's 16 last maps of {picture.title}.",
            signature=f"{picture.identity} {rate} {spatial} {seed}",
        )
    _arithmetic(rate, statistics, training=training)
    why_it_matters(
        "While it trains, a network with dropout can rely on no single number: each may be "
        "missing next time. It learns to say things twice, and overfits less. When it is used, "
        "nothing is dropped and nothing is multiplied; the scaling during training has already "
        "made up for it."
    )
    take_it_with_you(
        [
            Download(
                "Arrays as NPZ",
                "dropout.npz",
                lambda: npz(
                    maps=maps,
                    mask=first.mask,
                    result=first.result,
                    running_mean=statistics.running_mean,
                    running_mean_unscaled=statistics.running_mean_unscaled,
                ),
            )
        ],
        dropout_code(rate, training=training, spatial=spatial),
    )


def _controls() -> None:
    DROPPED.control(
        st.segmented_control,
        MODE,
        "Mode",
        help="Training drops numbers at random; at inference all stay.",
        required=True,
    )
    DROPPED.control(st.slider, RATE, "Rate", help="The share of the numbers that is dropped.")
    DROPPED.control(
        st.toggle,
        SPATIAL,
        "Drop whole maps",
        help="Spatial dropout: neighbours in a map say much the same, so dropping single "
        "numbers of it takes little away.",
    )
    DROPPED.control(st.number_input, SEED, "Seed", help="Another seed draws other masks.")


@st.cache_data(max_entries=64, ttl=3600, show_spinner=False)
def _drawn(
    identity: str,  # noqa: ARG001 stands for the maps in the cache's key
    rate: float,
    spatial: bool,
    seed: int,
    _maps: Maps,
) -> tuple[np.ndarray, DropoutStatistics]:
    masks = packed_masks(_maps.shape, rate, count=_MASKS, seed=seed, spatial=spatial)
    return masks, dropout_statistics(_maps, rate, _MASKS, seed, spatial=spatial, masks=masks)


def _arithmetic(rate: float, found: DropoutStatistics, *, training: bool) -> None:
    header("The expected value stays")
    if not training:
        st.latex(r"y = x")
        st.caption("At inference the layer passes everything on as it is.")
        return
    st.latex(rf"{DROPOUT}, \qquad {expected_with_numbers(rate)}")
    st.caption(
        f"{legend(DROPOUT)} The mask is 1 where a number is kept and 0 where it is dropped. "
        f"Measured over {found.count} masks on all {found.mean_map.size:,} numbers: "
        f"{found.running_mean[-1]:.5g}, against {found.true_mean:.5g} without dropout "
        f"({found.off:.2%} off). Without scaling it would have been "
        f"{found.running_mean_unscaled[-1]:.5g}."
    )
