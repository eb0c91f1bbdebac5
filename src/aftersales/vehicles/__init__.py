"""Vehicles by VIN, dated plates, owners, drivers and payers, odometer readings, next-service plan."""
