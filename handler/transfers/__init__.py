"""Carrying things in and out: exports, imports, and what a day's report says."""
