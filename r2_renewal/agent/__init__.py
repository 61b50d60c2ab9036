"""The helper process: everything that can hang lives here."""
