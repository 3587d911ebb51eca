"""Why a bundle is not built."""


class BundleFailed(Exception):
    """Nothing was built; the message says why and what to do."""
