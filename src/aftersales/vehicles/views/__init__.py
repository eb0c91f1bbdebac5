"""The screens of vehicles."""
