"""The templates of the feature are tests only where they are copied to."""

collect_ignore = ["orders"]
