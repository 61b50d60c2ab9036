"""Licence files: armour, signature, profile, the choice among several, atomic installation, and the signing side."""
