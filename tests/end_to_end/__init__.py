"""Waybridge from the outside: its commands as a person or a script runs them, each in a process of its own."""
