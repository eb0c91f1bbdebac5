"""Metrics with drill-down and the standard's live compliance."""
