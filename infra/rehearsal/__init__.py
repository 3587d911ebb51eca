"""Rehearses a deploy: the real command line of CDK, against an AWS in memory.

Nothing is guessed there: a resource of a type, or with a property, that this AWS does nothing with
fails the deploy.
"""
