"""After-sales service system for car dealers' workshops, from one bay to a network of stations."""

__version__ = "0.1.0"
