"""My work, piece by piece: the row and the desk, visits, customers, the house."""
