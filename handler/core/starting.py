"""Starting a function: nothing is collected until all of it is loaded.

Importing makes no garbage worth a collection, and collections were a thirtieth of a cold start.
`handler` turns them off; a door turns them on again when it is ready.
"""

import gc


def started() -> None:
    """Collect from now on, and leave alone what was loaded."""
    gc.enable()
    gc.freeze()
