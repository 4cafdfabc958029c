"""The stack as a stage: the typed way to mount `assets/components/building/stack`."""

from collections.abc import Callable

from pages.ui.components.registration import register

_mount = register("building/stack")


def stack_stage(
    message: bytes,
    *,
    key: str,
    edit: Callable[[], None],
    tool: Callable[[], None],
) -> None:
    """Show the layers side by side, to be changed.

    Parameters
    ----------
    message : of `pages.building.message.stage_message`.
    edit : called when `st.session_state[key]` holds another stack or another layer in hand
        ("edit": serial, stack, layer).
    tool : a button was pressed ("tool": serial, name).
    """
    _mount(key=key, data=message, on_edit_change=edit, on_tool_change=tool)
