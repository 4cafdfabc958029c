import pytest

from cnnviz.channels.connections import connections_for
from cnnviz.channels.formulas import weights_with_numbers


@pytest.mark.parametrize("connection", connections_for(16), ids=lambda one: one.key)
def test_the_product_that_is_written_is_the_count(connection):
    product, count = weights_with_numbers(connection, 3, 16).split(" = ")
    computed = eval(product.replace(r"\cdot", "*"))
    assert count == f"{computed:,}".replace(",", "{,}") + r" \text{ weights}"
