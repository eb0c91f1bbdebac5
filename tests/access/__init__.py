"""Who sees and does what: generated over every operation of the API, every address, every workflow table."""
