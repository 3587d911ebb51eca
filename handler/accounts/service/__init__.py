"""What is allowed with accounts, and what follows: one module for each thing people come for."""
