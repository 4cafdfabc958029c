"""The words of the field about trained networks and search."""

from pages.ui.term import Term

_NETWORKS = "Networks"
_SEARCH = "Search"
_NETWORK = "pages/08_network.py"
_SEARCHES = "pages/09_search.py"
_FEATURES = "pages/11_feature_visualisation.py"
_ROBUSTNESS = "pages/12_robustness.py"
_AUGMENTATION = "pages/15_augmentation.py"
_OWN_CLASSES = "pages/16_own_classes.py"

NETWORK_TERMS = (
    Term(
        "class",
        "One of the answers that a network can give, such as cat or ship.",
        _NETWORKS,
        _NETWORK,
        {"view": "Answer"},
        also=("classes",),
    ),
    Term(
        "ImageNet",
        "A collection of 1.3 million photos in 1,000 classes that most published networks were "
        "trained on.",
        _NETWORKS,
        _NETWORK,
        {"view": "Answer"},
    ),
    Term(
        "ablation",
        "Switching a part of a network off to see what the answer owes to it.",
        _NETWORKS,
        _NETWORK,
        {"view": "Layer"},
    ),
    Term(
        "saturated",
        "Said of a channel that stands at the upper end of its activation nearly everywhere.",
        _NETWORKS,
        _NETWORK,
        {"view": "Layer", "only": "saturated"},
    ),
    Term(
        "checkpoint",
        "The weights of a network as they were at one moment of its training.",
        _NETWORKS,
        _NETWORK,
        {"view": "Compare"},
    ),
    Term(
        "untrained twin",
        "The same layers with weights as they are drawn before training.",
        _NETWORKS,
        _NETWORK,
        {"untrained": "true"},
    ),
    Term(
        "feature visualisation",
        "A picture made for a part of a network, step by step, so that it answers strongly.",
        _NETWORKS,
        _FEATURES,
    ),
    Term(
        "gradient ascent",
        "Gradient descent upwards: each step changes the numbers so that what is asked for grows.",
        _NETWORKS,
        _FEATURES,
    ),
    Term(
        "deep dream",
        "A photo that is changed until a whole layer of a network answers to it more strongly.",
        _NETWORKS,
        _FEATURES,
        {"feature_of": "A whole layer", "feature_start": "The photo"},
    ),
    Term(
        "adversarial example",
        "A picture that was changed on purpose, by little, so that a network says something else.",
        _NETWORKS,
        _ROBUSTNESS,
        {"steady_part": "Adversarial step"},
    ),
    Term(
        "augmentation",
        "Changing each picture at random while a network is trained, in ways that leave its class "
        "as it is.",
        _NETWORKS,
        _AUGMENTATION,
    ),
    Term(
        "test-time augmentation",
        "The mean of a network's answers to several random versions of one picture.",
        _NETWORKS,
        _AUGMENTATION,
        {"augment_count": "48"},
    ),
    Term(
        "transfer learning",
        "Learning new classes with the layers of a network that was trained for others.",
        _NETWORKS,
        _OWN_CLASSES,
    ),
    Term(
        "fine-tuning",
        "Letting layers of a trained network change too, a little, while new classes are learned.",
        _NETWORKS,
        _OWN_CLASSES,
        {"own_tune": "true"},
        also=("fine-tune",),
    ),
    Term(
        "embedding",
        "A picture as a layer's vector of numbers: what looks alike to the network lies near.",
        _SEARCH,
        _SEARCHES,
    ),
    Term(
        "metric",
        "How the distance of two vectors is measured.",
        _SEARCH,
        _SEARCHES,
    ),
    Term(
        "cosine similarity",
        "The cosine of the angle between two vectors: 1 in the same direction, 0 at right angles.",
        _SEARCH,
        _SEARCHES,
    ),
    Term(
        "precision",
        "The part of the pictures found that are of the kind that was looked for.",
        _SEARCH,
        _SEARCHES,
    ),
    Term(
        "t-SNE",
        "A map in which near neighbours stay near; distances between far groups say little.",
        _SEARCH,
        _SEARCHES,
        {"search_view": "Map"},
    ),
    Term(
        "UMAP",
        "A map like t-SNE that keeps a little more of how the groups lie to each other.",
        _SEARCH,
        _SEARCHES,
        {"search_view": "Map"},
    ),
)
"""In the order in which the Glossary lists them."""
