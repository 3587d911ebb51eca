"""What is allowed with files, and what follows from it."""
