"""The sub-commands. Each opens the door with `ready()`, asks the clock, and calls the apps' services."""
