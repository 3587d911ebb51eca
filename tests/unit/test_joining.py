"""Modules of the console become one script."""

import pytest

from handler.console.joining import ModulesInCircle, ModuleStrange, join


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
    places = [
        script.index(text) for text in ("const c = 1;", "const b = c;", "const { b } = $[1];")
    ]
    assert places == sorted(places)
    assert script.count("const c = 1;") == 1


def test_names_are_bound_as_they_were_imported(tmp_path):
    """Under another name, or as the default, also over several lines."""
    script = joined(
        tmp_path,
        a='import B from "./b.js";\nimport {\n  one,\n  two as deux,\n} from "./b.js";\n',
        b="export default function B() {}\nexport async function one() {}\nclass two {}\n"
        "export { two };\n",
    )
    assert "const { default: B } = $[0];" in script
    assert "const { one, two: deux, } = $[0];" in script
    assert "return { default: B, one, two };" in script
    assert "export" not in script


def test_what_is_vendored_stays_a_file(tmp_path):
    """It is minified, and kept apart with its licence."""
    script = joined(tmp_path, a='import htm from "./vendor/htm.js";\n')
    assert 'import * as v0 from "./vendor/htm.js";' in script
    assert "$[0] = v0;" in script


def test_comments_and_indentation_stay_behind(tmp_path):
    """Browsers need neither."""
    script = joined(tmp_path, a="// Why.\n\nif (x) {\n  // Because.\n  y(); // so far\n}\n")
    assert "if (x) {\ny();\n}\n" in script
    assert "//" not in script


@pytest.mark.parametrize("line", ['x = "a // b";', "x = `https://a`;", "x = /[/] /; y = 'a // b'"])
def test_what_only_looks_like_a_comment_stays(tmp_path, line):
    """Within texts."""
    assert line in joined(tmp_path, a=f"{line}\n")


@pytest.mark.parametrize(
    "line",
    [
        'import "./b.js";',
        'import * as b from "./b.js";',
        'import A, { b } from "./b.js";',
        "export let a = 1;",
        "export default 1;",
        "export { a as b };",
        'export { b } from "./b.js";',
        "await a;",
    ],
)
def test_what_cannot_be_joined_is_told(tmp_path, line):
    """It would be a script that no browser reads."""
    with pytest.raises(ModuleStrange, match=r"a\.js: "):
        joined(tmp_path, a=f"const a = 1;\n{line}\n", b="export const b = 1;\n")


def test_a_last_line_without_an_end_is_a_line(tmp_path):
    """Also where it is a comment."""
    assert "return { a };" in joined(tmp_path, a="export const a = 1;\n// so it is")


def test_modules_do_not_need_each_other(tmp_path):
    """Neither could come first."""
    with pytest.raises(ModulesInCircle, match=r"a\.js"):
        joined(tmp_path, a='import { b } from "./b.js";\n', b='import { a } from "./a.js";\n')
