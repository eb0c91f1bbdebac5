"""Translations. Each app keeps its Chinese in one file of zh_Hans/fragments; the build merges and compiles them."""
