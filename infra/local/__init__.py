"""The twin: the blueprint as a running cloud on a laptop, in one process tree, no account."""
