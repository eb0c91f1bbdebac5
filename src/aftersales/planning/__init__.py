"""Four decisions as pure Python: frozen dataclasses in, a plan with reasons out.

No Django, no models, no clock, no files. Heavy libraries are imported inside the call that needs them.
"""
