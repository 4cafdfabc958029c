"""An address as a QR code, for those who sit too far away to read it."""

from urllib.parse import parse_qs, urlsplit

import segno
import streamlit as st

_OWN_COMPUTER = ("localhost", "127.0.0.1", "::1")
LONGEST = 2_953
"""Letters that the largest code holds, at the lowest level of error correction."""


def code_of(address: str) -> str:
    """Draw an address as a QR code; gives it as SVG, black on white whatever the theme.

    Raises
    ------
    ValueError : it is none of the web, or longer than a code can hold.
    """
    if not address.startswith(("http://", "https://")):
        raise ValueError(f"A code needs an address of the web. Received: {address[:40]!r}.")
    if len(address.encode()) > LONGEST:
        raise ValueError(
            f"A QR code holds at most {LONGEST:,} letters, and this view's address has "
            f"{len(address.encode()):,}: copy the link instead."
        )
    code = segno.make(address, error="l", mode="byte", micro=False)
    return str(code.svg_inline(border=4, dark="#000", light="#fff", scale=8))


@st.dialog("This view, for a telephone", width="large")
def show_code(address: str) -> None:
    """Show the code with the address below it, and what is not part of that."""
    try:
        picture = code_of(address)
    except ValueError as error:
        st.markdown(str(error))
        return
    with st.container(key="code"):
        st.image(picture, width="stretch", alt="A QR code of the address below.")
    st.code(address, language=None, wrap_lines=True)
    for sentence in left_out(address):
        st.caption(sentence)


def left_out(address: str) -> list[str]:
    """Say what somebody else does not get with an address."""
    parts = urlsplit(address)
    sentences = []
    if parse_qs(parts.query).get("picture") == ["own"]:
        sentences.append("Your own picture is not part of it: it stays with you.")
    if parts.hostname in _OWN_COMPUTER:
        sentences.append(
            f"{parts.hostname} means this computer alone. Others need the address by which they "
            "can reach it."
        )
    return sentences
