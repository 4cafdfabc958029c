"""Large amounts in words that a person can compare."""


def written_count(count: int) -> str:
    """Write a whole number: in full below ten millions, then in words.

    >>> written_count(1_228_800), written_count(3_000_000_000)
    ('1,228,800', '3 billion')
    """
    for size, word in ((10**12, "trillion"), (10**9, "billion"), (10**7, "million")):
        if count >= size:
            unit = 10**6 if word == "million" else size
            return f"{count / unit:.4g} {word}"
    return f"{count:,}"


def written_bytes(count: int) -> str:
    """Write a number of bytes in the largest unit that leaves at least one.

    >>> written_bytes(3584), written_bytes(4_915_600)
    ('3.5 KiB', '4.69 MiB')
    """
    size, unit = float(count), "bytes"
    for larger in ("KiB", "MiB", "GiB", "TiB"):
        if size < 1024:
            break
        size, unit = size / 1024, larger
    return f"{size:.3g} {unit}" if size < 1000 else f"{size:.0f} {unit}"
