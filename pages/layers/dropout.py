"""Dropout: the mask on the maps, and what stays the same on average."""

import numpy as np
import streamlit as st

from cnnviz.layers.code import dropout_code
from cnnviz.layers.dropout import DropoutStatistics, dropout, dropout_statistics, packed_masks
from cnnviz.layers.formulas import expected_with_numbers
from pages.layers.components.dropout import dropout_view
from pages.layers.maps import maps_of
from pages.ui.picture import Picture
from pages.ui.stage import experiments, seen_first
from pages.ui.takeaway import Download, npz, take_it_with_you

_MASKS = 200
_MODES = {"training": "Training", "inference": "Inference"}


def dropout_layer(picture: Picture) -> None:
    """Show the part."""
    stage, controls = st.columns([4, 1.1], gap="medium")
    with controls:
        mode = st.segmented_control(
            "Mode",
            list(_MODES),
            default="training",
            required=True,
            format_func=_MODES.get,
            key="layer_mode",
            bind="query-params",
        )
        training = mode == "training"
        rate = st.slider(
            "Rate",
            0.0,
            0.95,
            0.5,
            0.05,
            key="layer_rate",
            bind="query-params",
            help="The share of the numbers that is dropped.",
        )
        spatial = st.toggle(
            "Drop whole maps",
            key="layer_spatial",
            bind="query-params",
            help="Spatial dropout: neighbours in a map say much the same, so dropping single "
            "numbers of it takes little away.",
        )
        seed = st.number_input("Seed", 0, 9999, 0, key="layer_seed", bind="query-params")
    maps = maps_of(picture).pool
    masks, statistics = _drawn(picture.identity, rate, spatial, int(seed), maps)
    first = dropout(maps, rate, int(seed), training=training, spatial=spatial)
    with seen_first(stage):
        dropout_view(
            key="dropout_view",
            maps=maps,
            masks=masks,
            scale=first.scale if training else 1.0,
            statistics=statistics,
            training=training,
            alt=f"The network's 16 last maps of {picture.title}.",
            signature=f"{picture.identity} {rate} {spatial} {seed}",
        )
    _arithmetic(rate, statistics, training=training)
    st.header("Why it matters", anchor=False)
    st.markdown(
        "While it trains, a network with dropout can rely on no single number: each may be "
        "missing next time. It learns to say things twice, and overfits less. When it is used, "
        "nothing is dropped and nothing is multiplied; the scaling during training has already "
        "made up for it."
    )
    experiments(
        {
            "Only one in twenty stays": lambda: _try(0.95),
            "Drop whole maps": lambda: _try(0.5, spatial=True),
            "Use the network": lambda: _try(0.5, mode="inference"),
        }
    )
    take_it_with_you(
        [
            Download(
                "Arrays as NPZ",
                "dropout.npz",
                "application/octet-stream",
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


@st.cache_data(max_entries=64, ttl="1h", show_spinner=False)
def _drawn(
    identity: str,  # noqa: ARG001 stands for the maps in the cache's key
    rate: float,
    spatial: bool,
    seed: int,
    _maps: np.ndarray,
) -> tuple[np.ndarray, DropoutStatistics]:
    return (
        packed_masks(_maps.shape, rate, count=_MASKS, seed=seed, spatial=spatial),
        dropout_statistics(_maps, rate, _MASKS, seed, spatial=spatial),
    )


def _arithmetic(rate: float, found: DropoutStatistics, *, training: bool) -> None:
    st.header("The expected value stays", anchor=False)
    if not training:
        st.latex(r"y = x")
        st.caption("At inference the layer passes everything on as it is.")
        return
    st.latex(
        r"y = \frac{m \, x}{1 - p}, \qquad \mathbb{E}[y] = p \cdot 0 + (1 - p) \cdot "
        rf"\frac{{x}}{{1 - p}} = x, \qquad {expected_with_numbers(rate)}"
    )
    mean, last = found.true_mean, float(found.running_mean[-1])
    off = abs(last - mean) / mean if mean else 0.0
    st.caption(
        f"p rate, m the mask (1 kept, 0 dropped). Measured over {found.count} masks on all "
        f"{found.mean_map.size:,} numbers: {last:.5g}, against {mean:.5g} without dropout "
        f"({off:.2%} off). Without scaling it would have been "
        f"{found.running_mean_unscaled[-1]:.5g}."
    )


def _try(rate: float, *, spatial: bool = False, mode: str = "training") -> None:
    st.session_state["layer_rate"] = rate
    st.session_state["layer_spatial"] = spatial
    st.session_state["layer_mode"] = mode
