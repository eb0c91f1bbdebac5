"""What every test of the house gets, wherever it lies: a database of the run's own, and strictness."""

pytest_plugins = [
    "tests.conftest_database",
    "tests.conftest_strictness",
    "tests.conftest_surroundings",
    "tests.conftest_translations",
    "aftersales.seeds.pytest_cast",
]
