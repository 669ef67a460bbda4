"""Formats: one module for each kind of file that releases come in."""
