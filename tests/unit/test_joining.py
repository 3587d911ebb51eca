"""Modules of the console become one script."""

import pytest

from handler.console.joining import ModulesInCircle, join


def joined(folder, **modules):
    """Write modules, and join them from `a` on."""
    for name, text in modules.items():
        (folder / f"{name}.js").write_text(text)
    return join(folder, "a.js")


def test_what_is_imported_comes_first(tmp_path):
    """However deep, and each module once."""
    script = joined(
        tmp_path,
        a='import { b } from "./b.js";\nimport { c } from "./c.js";\n',
        b='import { c } from "./c.js";\nexport const b = c;\n',
        c="export const c = 1;\n",
    )
    order = [line.split('"')[1] for line in script.splitlines() if "=> {" in line]
    assert order == ["c.js", "b.js", "a.js"]


def test_names_are_bound_as_they_were_imported(tmp_path):
    """Under another name, or as the default, also over several lines."""
    script = joined(
        tmp_path,
        a='import B from "./b.js";\nimport {\n  one,\n  two as deux,\n} from "./b.js";\n',
        b="export default function B() {}\nexport async function one() {}\nclass two {}\n"
        "export { two };\n",
    )
    assert 'const { default: B } = $["b.js"];' in script
    assert 'const { one, two: deux, } = $["b.js"];' in script
    assert "return { default: B, one, two };" in script
    assert "export" not in script


def test_what_is_vendored_stays_a_file(tmp_path):
    """It is minified, and kept apart with its licence."""
    script = joined(tmp_path, a='import htm from "./vendor/htm.js";\n')
    assert 'import * as v0 from "./vendor/htm.js";' in script
    assert '$["vendor/htm.js"] = v0;' in script


def test_comments_and_indentation_stay_behind(tmp_path):
    """Browsers need neither."""
    script = joined(tmp_path, a="// Why.\n\nif (x) {\n  // Because.\n  y();\n}\n")
    assert "if (x) {\ny();\n}\n" in script
    assert "//" not in script


def test_modules_do_not_need_each_other(tmp_path):
    """Neither could come first."""
    with pytest.raises(ModulesInCircle, match=r"a\.js"):
        joined(tmp_path, a='import { b } from "./b.js";\n', b='import { a } from "./a.js";\n')
