"""The screens of the customer archive."""
