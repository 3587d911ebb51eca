"""Which of the installed packages a door needs, and which of their files."""

from pathlib import Path

import pytest

from infra.bundle.failures import BundleFailed
from infra.bundle.installing import Site
from infra.bundle.known import LOADED_BY_NAME, NEVER_LOADED, PROVIDED
from infra.bundle.packages import Package, Shelf
from infra.bundle.pins import Pin
from infra.bundle.targets import LAMBDA
from infra.bundle.trimming import trim


class Installed:
    """Packages in a folder, as pip leaves them."""

    def __init__(self, folder):
        self._folder = folder
        self._pins = []

    def add(self, name, *told, files=(), extras=()):
        """Install a package with a module of its name, and these lines of METADATA."""
        module, info = name.replace("-", "_"), f"{name.replace('-', '_')}-1.dist-info"
        lines = ["Metadata-Version: 2.1", f"Name: {name}", "Version: 1", *told]
        (self._folder / info).mkdir()
        (self._folder / info / "METADATA").write_text("\n".join(lines) + "\n")
        record = [f"{module}/__init__.py", f"{info}/METADATA", *files]
        (self._folder / info / "RECORD").write_text("".join(f"{file},,\n" for file in record))
        self._pins.append(Pin(name, "1", frozenset(extras), ()))

    def needed(self, *modules):
        """Give the names of the packages that are needed for these modules."""
        return [package.name for package in self.packages(*modules)]

    def packages(self, *modules):
        """Give those packages."""
        site = Site(self._folder, {pin.name: "0" * 64 for pin in self._pins})
        return Shelf(site, self._pins, LAMBDA).needed(modules)


@pytest.fixture
def installed(tmp_path):
    """Stand for an empty site."""
    return Installed(tmp_path)


def test_what_is_imported_is_needed_with_what_it_requires(installed):
    """And what that requires, and no more."""
    installed.add("first", "Requires-Dist: second>=1")
    installed.add("second", "Requires-Dist: third")
    for name in ("third", "other"):
        installed.add(name)
    assert installed.needed("first") == ["first", "second", "third"]


def test_packages_may_require_each_other(installed):
    """Each is needed once."""
    installed.add("first", "Requires-Dist: second")
    installed.add("second", "Requires-Dist: first")
    assert installed.needed("second") == ["first", "second"]


def test_what_another_machine_requires_is_not_needed(installed):
    """Markers are answered for the target."""
    installed.add(
        "first",
        "Requires-Dist: windows ; sys_platform == 'win32'",
        "Requires-Dist: arm ; platform_machine == 'aarch64'",
    )
    installed.add("arm")
    assert installed.needed("first") == ["arm", "first"]


@pytest.mark.parametrize(("extras", "more"), [(["fast"], ["quick"]), (["slow"], []), ([], [])])
def test_an_extra_is_needed_where_it_is_locked(installed, extras, more):
    """As in `python-jose[cryptography]`."""
    installed.add("first", "Requires-Dist: quick ; extra == 'fast'", extras=extras)
    installed.add("quick")
    assert installed.needed("first") == ["first", *more]


def test_a_module_that_no_package_holds_is_refused(installed):
    """It would be missing at the first cold start."""
    with pytest.raises(BundleFailed, match="holds the module elsewhere"):
        installed.needed("elsewhere")


@pytest.mark.parametrize("module", PROVIDED)
def test_a_module_that_lambda_brings_is_not(installed, module):
    """It is there."""
    assert installed.needed(module) == []


@pytest.mark.parametrize(("loader", "loaded"), LOADED_BY_NAME.items())
def test_what_is_loaded_by_name_is_needed(installed, loader, loaded):
    """No import shows it."""
    for name in (loader, *loaded):
        installed.add(name)
    assert installed.needed(loader) == sorted([loader, *loaded])


@pytest.mark.parametrize("name", NEVER_LOADED)
def test_what_is_never_loaded_is_not_needed(installed, name):
    """Though it is required; it need not even be installed."""
    installed.add("first", f"Requires-Dist: {name}")
    assert installed.needed("first") == ["first"]


def test_scripts_are_no_files_of_a_package(installed):
    """They lie beside the site."""
    installed.add("first", files=["../../bin/first"])
    (package,) = installed.packages("first")
    assert not [place for place in package.files if "bin" in place]


@pytest.mark.parametrize(
    ("told", "licence"),
    [
        (["License-Expression: MIT", "License: other"], "MIT"),
        (["License: Apache-2.0"], "Apache-2.0"),
        (["License: first line\n        second line", "Classifier: License :: X :: BSD"], "BSD"),
        (["Classifier: License :: X :: BSD", "Classifier: License :: Y"], "BSD / Y"),
        (["Classifier: Topic :: Y"], None),
    ],
)
def test_a_licence_is_what_the_package_says_of_itself(installed, told, licence):
    """An expression before a name before classifiers; never a whole text."""
    installed.add("first", *told)
    (package,) = installed.packages("first")
    assert package.licence == licence


def trimmed(*places, services=frozenset()):
    """Give what is shipped of a package with these files."""
    files = dict.fromkeys(places, Path())
    return trim(Package("p", "1", None, "", files, frozenset()), services)


@pytest.mark.parametrize(
    "place",
    [
        "p/__init__.py",
        "p/core.abi3.so",
        "p/cacert.pem",
        "p-1.dist-info/METADATA",
        "p-1.dist-info/entry_points.txt",
        "p-1.dist-info/LICENSE.txt",
        "p-1.dist-info/licenses/LICENSE.BSD",
        "p-1.dist-info/NOTICE",
        "p/tests.py",
        "botocore/data/endpoints.json",
    ],
)
def test_what_python_loads_or_a_licence_asks_for_is_shipped(place):
    """Whoever calls what."""
    assert trimmed(place) == [place]


@pytest.mark.parametrize(
    "place",
    [
        "p/tests/__init__.py",
        "p/room/tests/data.txt",
        "p/core.pyi",
        "p/py.typed",
        "p/core.h",
        "p-1.dist-info/RECORD",
        "p-1.dist-info/WHEEL",
        "p-1.dist-info/INSTALLER",
        "p-1.dist-info/direct_url.json",
        "botocore/data/ec2/2016-11-15/service-2.json.gz",
    ],
)
def test_what_nobody_loads_is_left_out(place):
    """Whoever calls what."""
    assert trimmed(place) == []


def test_botocore_keeps_what_it_knows_of_a_service_that_is_called():
    """But for the examples of its documentation."""
    folder = "botocore/data/sqs/2012-11-05"
    places = [f"{folder}/{name}" for name in ("examples-1.json", "service-2.json.gz")]
    assert trimmed(*places, services=frozenset({"sqs"})) == [f"{folder}/service-2.json.gz"]
