"""Commands of `dunlin` that are more than one call, and what all of them share."""
