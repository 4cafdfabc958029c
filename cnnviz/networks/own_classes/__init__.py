"""Classes of one's own, told apart by a trained network: its layers stay, a new head is learned.

features = features_of(network, pictures)               # once: the network itself does not change
parts = split(labels, held_out=0.5)
learned = learn(network, features, labels, names, parts)
learned.probabilities(features_of(network, [picture]))  # of a picture that it has never seen
whole_network(network, learned)                         # a `Network` for all that takes one
"""

from cnnviz.networks.own_classes.features import BASE, Features, features_of, joined
from cnnviz.networks.own_classes.learning import Learned, learn
from cnnviz.networks.own_classes.splitting import Split, split
from cnnviz.networks.own_classes.whole import whole_network

__all__ = [
    "BASE",
    "Features",
    "Learned",
    "Split",
    "features_of",
    "joined",
    "learn",
    "split",
    "whole_network",
]
