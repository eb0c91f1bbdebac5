"""The screens of the visit: reception desk, one order, the list of orders."""
