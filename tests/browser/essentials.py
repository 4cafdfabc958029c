"""What of each stage is on the screen together, on a laptop and on projectors."""

from collections.abc import Mapping, Sequence

from playwright.sync_api import Page

PROJECTOR = (1024, 768)
SIZES = [(1440, 900), (1920, 950), PROJECTOR]

_WINDOW = [".input .frame", ".kernel-grid", ".output .frame", ".near canvas", ".far canvas", ".sum"]
_GRIDS = [".near canvas", ".kernel-grid", ".far canvas", ".sum"]
_CURVES = [".panel .chart", ".player"]
_WALLS = [".walls .frame", ".line"]
ESSENTIALS: Mapping[str, Mapping[str, Sequence[str]]] = {
    "": {"": [".input .frame", ".kernel-grid", ".output .frame"]},
    "convolution": {"": _WINDOW},
    "padding_and_stride": {"": _GRIDS},
    "padding_and_stride?pad_transposed=true": {"": _GRIDS},
    "build": {
        "Stack": [".totals", ".run .card", ".panel .head", ".options"],
        "What it makes of your picture": [".map-pane .frame"],
    },
    "channels": {
        "One filter": [".lane .frame", ".kernel-grid", ".tail .frame", ".sentence"],
        "Several filters at once": [".stops", ".net .card", ".key .legend"],
    },
    "pooling": {
        "Windows": [".input .frame", ".output .frame", ".near canvas", ".far canvas", ".sum"],
        "Shift test": [*_CURVES, ".stImage img"],
    },
    "activations": {
        "Curve and slope": _CURVES,
        "On your picture": [".map-pane .frame", ".chart", ".line"],
        "Vanishing gradients": _CURVES,
        "Dead ReLUs": [".plane", ".units", ".figures", ".player"],
        "Softmax": [".row", ".line"],
    },
    "layers": {
        "Flatten": [".maps canvas", ".vector canvas", ".line"],
        "Dense": _WALLS,
        "Dropout": [*_WALLS, ".player"],
        "Why not dense?": [".stMetric", *_CURVES],
        "Sparse and shared": [".drawing svg", ".line", ".values"],
    },
    "learn_a_kernel": {
        "": [
            ".picture .frame",
            ".learned canvas",
            ".result .frame",
            ".target .frame",
            ".loss .chart",
        ]
    },
    "network": {
        "Layer": [".map-pane .frame"],
        "Explain": [".whole-value", ".steps .last"],
        "Answer": [".label", ".number"],
        "Overview": [".diagram .network", ".answer .number", ".actions"],
    },
    "robustness": {"": [".pictures canvas", ".player", ".classes li:nth-child(-n+3)"]},
    "own_classes": {"": [".tile:nth-child(-n+12)", ".hand .large", ".player", ".drawn"]},
    "augmentation": {"": [".tile:nth-child(-n+16)", ".hand .large", ".player", ".drawn"]},
    "search": {
        "Search": [".region", ".results .card:nth-child(-n+3)"],
        "Map": ["canvas.map", ".pointed"],
    },
    "train": {"": [".st-key-train_buttons", "[data-testid=stMain] [data-testid=stImage] img"]},
    "why": {
        "Which pixels": [".panes canvas", ".legend", ".under input"],
        "Cover it up": [".photo", ".classes"],
    },
}

WHOLE: Mapping[str, Sequence[str]] = {
    "": [""],
    "convolution": [""],
    "channels": ["One filter", "Several filters at once"],
    "pooling": ["Shift test"],
    "activations": [*ESSENTIALS["activations"]],
    "layers": ["Flatten", "Dropout", "Why not dense?", "Sparse and shared"],
    "learn_a_kernel": [""],
}
"""Parts of which no word and no formula is cut off, on a projector and on a phone."""


_BOXES = """(nodes) => nodes.map((node) => {
  const { left, top, right, bottom } = node.getBoundingClientRect();
  return [left, top, right, bottom];
})"""


def outside(page: Page, selectors: Sequence[str]) -> list[str]:
    """Name what is not on the screen as a whole, with its box."""
    size = page.viewport_size
    assert size is not None
    found = []
    for selector in selectors:
        shown = page.locator(f"{selector}:visible")
        shown.first.wait_for(timeout=60_000)  # a network is read first
        for left, top, right, bottom in shown.evaluate_all(_BOXES):
            if min(left, top) < 0 or right > size["width"] or bottom > size["height"]:
                found.append(f"{selector} to {right:.0f}, {bottom:.0f}")
    return found
