"""The bill of materials that lies beside a zip, in CycloneDX's JSON."""

import json
import uuid
from collections.abc import Iterable

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import HashAlgorithm, HashType, Property
from cyclonedx.model.bom import Bom, BomMetaData
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL

from infra.bundle.manifest import Bundle
from infra.bundle.packages import Package
from infra.bundle.targets import Target


def bill_of_materials(
    bundle: Bundle, version: str, packages: Iterable[Package], target: Target
) -> str:
    """Every package of a zip with version, licence and the hash of its wheel. It has no clock."""
    components = {package.name: _component(package) for package in packages}
    whole = _whole(bundle, version, target)
    bom = Bom(
        serial_number=uuid.uuid5(uuid.NAMESPACE_OID, f"dunlin {bundle.name} {bundle.sha256}"),
        metadata=BomMetaData(component=whole),
        components=components.values(),
    )
    bom.register_dependency(whole, components.values())
    for package in packages:
        required = [components[name] for name in package.requires if name in components]
        bom.register_dependency(components[package.name], required)
    return _written(bom)


def _whole(bundle: Bundle, version: str, target: Target) -> Component:
    return Component(
        name=f"dunlin-{bundle.name}",
        version=version,
        type=ComponentType.APPLICATION,
        bom_ref=bundle.name,
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=bundle.sha256)],
        licenses=[LicenseFactory().make_from_string("MIT")],
        properties=[
            Property(name="dunlin:target", value=target.name),
            Property(name="dunlin:python", value=target.version),
        ],
    )


def _component(package: Package) -> Component:
    address = PackageURL("pypi", name=package.name, version=package.version)
    licence = package.licence
    return Component(
        name=package.name,
        version=package.version,
        purl=address,
        bom_ref=address.to_string(),
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=package.sha256)],
        licenses=[LicenseFactory().make_from_string(licence)] if licence else [],
    )


def _written(bom: Bom) -> str:
    """The document, without the time at which it was made: the same zip has the same."""
    document = json.loads(JsonV1Dot6(bom).output_as_string())
    del document["metadata"]["timestamp"]
    return json.dumps(document, indent=2) + "\n"
