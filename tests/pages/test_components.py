import re
from collections import Counter

import pytest

from pages.ui.components import FOLDER, bundle

COMPONENTS = sorted(path.parent.name for path in FOLDER.glob("*/view.js"))


@pytest.mark.parametrize("name", COMPONENTS)
def test_a_bundle_holds_every_module_once_and_imports_nothing(name):
    script = bundle(f"{name}/view")
    assert not re.search(r"^import ", script, re.MULTILINE)
    declared = re.findall(r"^(?:export )?(?:function|class|const|let) (\w+)", script, re.MULTILINE)
    assert [name for name, count in Counter(declared).items() if count > 1] == []
    assert len(re.findall(r"^export default ", script, re.MULTILINE)) == 1


def test_modules_of_the_components_own_folder_are_bundled():
    script = bundle("channels/view")
    assert "class VolumeStage" in script
    assert script.index("function signedLegend") < script.index("class VolumeStage")
