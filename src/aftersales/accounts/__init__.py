"""Users, roles, memberships (user x station x role), sign-in, API tokens. Turns a user into an Actor."""
