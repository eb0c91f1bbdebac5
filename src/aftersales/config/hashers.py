"""Argon2 at a cost that a counter does not feel: about 90 ms on one core, under 250 ms on a slow one."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class TunedArgon2PasswordHasher(Argon2PasswordHasher):
    """64 MiB, two passes, two lanes: above OWASP's floor (19 MiB, two passes), below what floods a small server."""

    time_cost = 2
    memory_cost = 65_536
    parallelism = 2
