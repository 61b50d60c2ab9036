"""A small payroll host and a reference shop, wired for one command."""
