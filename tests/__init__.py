"""The suite: mirrors the rooms of the package."""
