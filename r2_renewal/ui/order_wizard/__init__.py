"""The order form: a file a page."""
