"""The service standard itself: its clauses, thresholds, checklists, metrics, and what code keeps each of them.

Owns the catalogue of 350 clauses (data), thresholds that stations may override, attestation checklists and their signed
answers, the registers of bindings and metrics, the coverage report and the 规范 pages. Owns no workflow documents.
"""
