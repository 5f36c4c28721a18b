"""Statements as text: tokens, names, parameters."""
