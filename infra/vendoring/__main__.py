"""`python -m infra.vendoring`."""

from infra.vendoring import vendor

vendor()
