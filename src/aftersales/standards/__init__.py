"""The service standard as data: 350 clauses, their bindings in the code, thresholds, checklists and metrics."""
