"""The Network page, view by view: each module draws one with `show(scene)`."""
