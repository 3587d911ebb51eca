"""The backend: doors at the front, one room per feature, and core, which everybody stands on."""

import gc

gc.disable()  # until a door has started: see core/starting.py
