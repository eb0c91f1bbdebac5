"""What must hold when things go wrong: kills, races, outages, lost connections."""
