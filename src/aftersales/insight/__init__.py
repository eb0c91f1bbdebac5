"""Insight: the numbers of the house on one page, each with its target, its course and the rows behind it.

Owns no numbers: every one is a metric that its own app has registered in `standards.metrics`.
"""
