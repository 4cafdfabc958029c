"""What somebody reads where a page could not be drawn, instead of Streamlit's text for developers.

No way is known to get here but by a message that no browser of ours sends: a widget's value of a
type that is not its own, or a number that is none, which Streamlit reads before the page does.
"""

import streamlit as st

SENTENCE = (
    "A page can be drawn from what its own controls send. Received: something else, or something "
    "that was not foreseen, which the server has noted. Reload the page; if this comes back, open "
    "it without what follows the question mark in its address."
)


def say_so(error: Exception) -> bool:  # noqa: ARG001 Streamlit has logged it
    """Show the sentence in the place of an uncaught error; True, so that nothing else is shown."""
    st.error(SENTENCE, icon=":material/error:")
    return True
