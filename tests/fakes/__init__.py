"""Fakes that stand in at a port: real processes and servers with scripted answers."""
