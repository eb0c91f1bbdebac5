"""The cash desk's pages."""
