"""One believable dealer group, deterministic: for the demo, the tests and the benchmarks."""
