import re

import pytest

from pages.ui.components.registration import FOLDER, bundle, styles

COMPONENTS = sorted(path.parent.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("view.js"))


@pytest.mark.parametrize("name", COMPONENTS)
def test_a_bundle_holds_every_module_once_and_imports_nothing(name):
    script = bundle(f"{name}/view")
    assert not re.search(r"^import ", script, re.MULTILINE)
    assert len(re.findall(r"^export default ", script, re.MULTILINE)) == 1


def test_modules_of_the_components_own_folder_are_bundled():
    script = bundle("channels/lanes/view")
    assert "class Mix" in script
    assert script.index("function signedLegend") < script.index("class Lanes")


@pytest.mark.parametrize("name", COMPONENTS)
def test_style_sheets_are_joined_whole(name):
    sheet = styles(f"{name}/style")
    assert "@import" not in sheet
    assert sheet.count("{") == sheet.count("}")


def test_what_a_style_sheet_imports_comes_first():
    sheet = styles("layers/dense/style")
    assert sheet.index(".frame .overlay") < sheet.index(".walls {") < sheet.index(".pair {")
