"""People of a station: skills, certificates with expiry, shifts."""
