import numpy as np
import pytest

from cnnviz.search import METRICS, Match, distances_to, rank_weighted_score
from cnnviz.search.formulas import precision_formula, rank_weighted_formula, similarity_formula


def last_number(formula: str) -> float:
    return float(formula.split("=")[-1])


@pytest.mark.parametrize("metric", METRICS)
def test_a_similarity_ends_with_the_distance_that_ranks(metric):
    one, other = np.random.default_rng(0).normal(size=(2, 9)).astype(np.float32)
    distance = float(distances_to(other[None], one, metric)[0])
    expected = 1 - distance if metric == "cosine" else distance
    assert last_number(similarity_formula(one, other, metric)) == pytest.approx(expected, rel=5e-3)


def test_the_largest_gap_is_named():
    formula = similarity_formula(np.float32([1, 2, 9]), np.float32([1, 4, 2]), "chebyshev")
    assert formula.endswith("= |x_{2} - x'_{2}| = 7")


def test_scores_end_with_what_the_page_shows():
    found = [Match(at, label, 0.0, 1.0) for at, label in enumerate("aabab")]
    assert last_number(precision_formula(found, "a", 5)) == 0.6
    assert precision_formula(found, "a", 4).endswith(
        r"= 0.6 \quad \text{(at most } 4 / 5 = 0.8 \text{: no more could be found)}"
    )
    assert last_number(rank_weighted_formula(found, "a", 4)) == pytest.approx(
        rank_weighted_score(found, "a", 4), rel=5e-3
    )


def test_nothing_right_is_zero_and_no_error():
    found = [Match(0, "b", 0.0, 1.0)]
    assert last_number(precision_formula(found, "a", 1)) == 0
    assert last_number(rank_weighted_formula(found, "a", 0)) == 0
