"""The answer's bars in a real browser: the network's numbers, with a true minus sign."""

import pytest

from cnnviz.images.samples import open_sample
from cnnviz.networks import open_network
from tests.browser.checks import complaints
from tests.browser.tabs import settle


def test_logits_are_written_with_a_minus_sign_and_to_three_digits(visit):
    page = visit("network?view=Answer&network=Tutorial network&top=10&picture=goldfish")
    page.locator(".logit").first.wait_for()
    settle(page)
    texts = page.locator(".logit").all_inner_texts()
    logits = sorted(open_network("tutorial").logits(open_sample("goldfish")), reverse=True)
    assert len(texts) == len(logits) == 10
    assert min(logits) < 0
    assert not any("-" in text for text in texts)
    for text, logit in zip(texts, logits, strict=True):
        assert float(text.replace("\u2212", "-")) == pytest.approx(logit, rel=5e-3)
    assert complaints(page) == []
