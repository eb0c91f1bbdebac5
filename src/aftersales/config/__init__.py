"""How the program is put together and run: settings, database, command line, server. No business rules."""
