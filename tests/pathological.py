"""Texts that a reader may choke on: each part is repeated until there is as much as may be sent."""

TEXTS = {
    "digits": "9",
    "commas": ",",
    "semicolons": ";",
    "colons": "1:",
    "a row": "1,",
    "a column": "1;",
    "fractions": "1/",
    "exponents": "1e9",
    "signs": "-+",
    "points": "1.",
    "brackets": "[(",
    "braces": '{"a":',
    "open quotes": "\\'",
    "both quotes": "'\"",
    "lines": "\n",
    "spaces": " ",
    "zero bytes": "\0",
    "Markdown": "![x](",
    "links": "[a]",
    "LaTeX": "$\\",
    "HTML": "<a ",
    "folders": "../",
    "other digits": "\u0661",
    "marks": "a\u0301",
}


def whole(name: str, most: int) -> str:
    """Repeat a part until it takes almost `most` bytes; it begins as a list or a mapping may."""
    part = TEXTS[name]
    return part * (most // len(part.encode()))
