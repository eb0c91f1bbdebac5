"""Benchmarks: drive the program over HTTP like a client, on PostgreSQL, and print what it takes."""
