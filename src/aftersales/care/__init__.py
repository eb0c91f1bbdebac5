"""Follow-up calls, their results, and cases opened for unhappy customers."""
