"""The ground floor: workflow engine, actors, rights, money, quantity, time, errors. No models, no other room."""
