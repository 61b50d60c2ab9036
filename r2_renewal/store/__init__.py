"""Local state in SQLite."""
