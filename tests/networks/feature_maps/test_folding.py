from cnnviz.networks import open_network
from cnnviz.networks.feature_maps.folding import folded, stage_of_hidden


def test_a_small_network_is_never_folded():
    layers = open_network("small_vgg").layers
    columns = folded(layers)
    assert [column.layers for column in columns] == [(layer,) for layer in layers]
    assert not any(column.folds for column in columns)
    assert [column.sources for column in columns] == [(), *((at,) for at in range(len(layers) - 1))]


def test_a_deep_network_folds_into_a_column_a_stage():
    layers = open_network("efficientnet_lite0").layers
    columns = folded(layers)
    assert [len(column.layers) for column in columns] == [1, 11, 17, 17, 52, 43, 4]
    assert [column.layer.name for column in columns][-2:] == ["head_relu6", "softmax"]
    assert [column.folds for column in columns] == [False, *[True] * 6]
    assert [column.sources for column in columns] == [(), (0,), (1,), (2,), (3,), (4,), (5,)]


def test_an_unfolded_stage_shows_its_layers_and_the_ways_around_some():
    layers = open_network("efficientnet_lite0").layers
    columns = folded(layers, {2})
    names = [column.layer.name for column in columns]
    assert len(columns) == 7 + 16
    add = names.index("stage2_block2_add")
    project = names.index("stage2_block1_project_bn")
    assert columns[add].sources == (add - 1, project)
    assert all(column.folds for column in columns[1:])
    assert columns[project].layers == (layers[16],)


def test_a_hidden_layer_names_its_stage():
    layers = open_network("efficientnet_lite0").layers
    assert stage_of_hidden(folded(layers), "stage3_block1_depthwise_conv") == 3
    assert stage_of_hidden(folded(layers), "head_relu6") is None
    assert stage_of_hidden(folded(layers, {3}), "stage3_block1_depthwise_conv") is None
    assert stage_of_hidden(folded(layers), "no such layer") is None
