"""Where botocore finds services: run as `python regions.py FOLDER SERVICE...`, without a network.

FOLDER comes first on the path, or is empty. Prints JSON: by service and region the address and what
a request is signed for.
"""

import json
import sys

REGIONS = ("eu-west-1", "us-east-1", "cn-north-1", "us-gov-west-1", "xx-new-1")


def address(service, region):
    """Make a client, and tell what it would ask."""
    from botocore.session import Session  # noqa: PLC0415 - from the folder

    keys = {"aws_access_key_id": "key", "aws_secret_access_key": "key"}
    client = Session().create_client(service, region_name=region, **keys)
    signer = client._request_signer
    return [
        client.meta.endpoint_url,
        signer.signing_name,
        signer.region_name,
        client.meta.partition,
    ]


if __name__ == "__main__":
    folder, *services = sys.argv[1:]
    if folder:
        sys.path.insert(0, folder)
    told = {f"{one} {region}": address(one, region) for one in services for region in REGIONS}
    sys.stdout.write(json.dumps(told))
