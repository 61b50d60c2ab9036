"""The customer panel: over HTTP as a browser without scripts sees it, and in a real browser."""
