"""What the web server costs in memory: proportional set size of all its processes, PostgreSQL apart."""

from __future__ import annotations

from bench.world import World


def run(world: World) -> dict[str, float]:
    """Return the proportional memory in MiB: supervisor and two web workers, after the load of the other drivers."""
    return {"server_memory_mib": world.proportional_memory_mib()}
