"""What imports do not show: packages loaded by name, never loaded, or there already.

The tests hold the first two lists: every door does its work from its zip alone.
"""

LOADED_BY_NAME = {
    # passlib looks for a backend of each scheme when the first password is hashed.
    "passlib": ("argon2-cffi",),
    # starlette parses forms with it, and FastAPI refuses form parameters where it is missing.
    "starlette": ("python-multipart",),
}
"""By the package that loads them."""

NEVER_LOADED = {
    "ecdsa": "python-jose signs with cryptography instead; it has an unfixed CVE.",
    "pyasn1": "python-jose parses keys with it only where it signs with rsa.",
    "pycparser": "cffi parses C with it; the wheels were compiled elsewhere.",
    "rsa": "python-jose signs with cryptography instead.",
}
"""Required by what is shipped, and left out: why nothing misses them."""

PROVIDED = {
    "snapshot_restore_py": "Lambda's own Python brings it; elsewhere the door does without.",
}
"""Modules that no package of the lock holds: where they come from."""
