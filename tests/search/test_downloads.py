import csv
import io

import numpy as np

from cnnviz.search import Match
from cnnviz.search.downloads import contact_sheet, results_csv


def test_a_table_has_one_line_a_match():
    found = [Match(1, "fish", 0.25, 0.75), Match(0, "dam", 0.5, 0.5)]
    rows = list(csv.reader(io.StringIO(results_csv(found, ["a", "b"], ["", "by B"]).decode())))
    assert rows == [
        ["rank", "picture", "label", "score", "distance", "credit"],
        ["1", "b", "fish", "0.75", "0.25", "by B"],
        ["2", "a", "dam", "0.5", "0.5", ""],
    ]


def test_a_name_that_looks_like_a_formula_stays_text():
    table = results_csv([Match(0, "@label", 0, 1)], ["=cmd()"], ["a, b"]).decode()
    assert table.splitlines()[1] == "1,'=cmd(),'@label,1,0,\"a, b\""


def test_a_contact_sheet_shows_the_query_and_every_match():
    colours = [(200, 0, 0), (0, 200, 0), (0, 0, 200), (200, 200, 0), (0, 200, 200)]
    pictures = [np.full((30, 60, 3), colour, np.uint8) for colour in colours]
    sheet = contact_sheet(pictures[0], pictures[1:], ["caption " * 20] * 5, side=100)
    assert sheet.shape == (16 + 2 * 146, 16 + 4 * 116, 3)
    for place, colour in enumerate(colours):
        left, top = 16 + place % 4 * 116, 16 + place // 4 * 146
        assert tuple(sheet[top + 50, left + 50]) == colour
