"""Orders: what accounts ask for, and that they were told so."""
