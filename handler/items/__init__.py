"""The catalogue: things that accounts offer. The first feature, to copy, keep or delete."""
