"""The customer's account."""
