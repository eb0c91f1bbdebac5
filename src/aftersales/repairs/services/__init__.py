"""Writes of the visit beyond a single step: pricing lines, receiving walk-ins, history."""
