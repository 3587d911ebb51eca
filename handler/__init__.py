"""The backend: doors at the front, one room per feature, and core, which everybody stands on."""
