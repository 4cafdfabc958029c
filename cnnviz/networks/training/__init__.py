"""Networks learn: data sets, what `model.fit` is told, and the run in a process of its own.

data = open_data("shapes")                              # drawn on the fly
plan = planned(PRESETS["small_vgg"].stack, data, Settings())
run = Run(plan)                                         # through the server's queue: see `Run`
run.history.snapshots, run.model()
"""

from cnnviz.networks.training.data import DATA, DataSet, data_from_pictures, open_data
from cnnviz.networks.training.history import History, Snapshot
from cnnviz.networks.training.plan import Plan, planned
from cnnviz.networks.training.run import Run
from cnnviz.networks.training.settings import Settings

__all__ = [
    "DATA",
    "DataSet",
    "History",
    "Plan",
    "Run",
    "Settings",
    "Snapshot",
    "data_from_pictures",
    "open_data",
    "planned",
]
