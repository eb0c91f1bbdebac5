"""Realistic garage days: generated from a seed and played out against a policy, to measure planners."""
