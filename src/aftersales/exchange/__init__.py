"""The one import pipeline and exports: spreadsheets in, every oddity reported, nothing half done."""
