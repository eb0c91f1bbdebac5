"""Persons and companies, their phones, consents, credit terms and archive form."""
