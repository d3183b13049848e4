"""The only SQL: tables, and one module for each aggregate that is written."""
