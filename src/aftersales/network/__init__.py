"""Headquarters, regions, stations, bays, teams, opening calendars and number series. Owns no people."""
