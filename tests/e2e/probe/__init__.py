"""A room of the tests: numbered jobs that leave one effect each, which can be counted."""
