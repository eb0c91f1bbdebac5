"""`python -m aftersales` is the `aftersales` command."""

from aftersales.config.cli import main

if __name__ == "__main__":
    main()
