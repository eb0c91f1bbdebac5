"""The tables of customer care, one module a document: follow-up calls and cases."""
