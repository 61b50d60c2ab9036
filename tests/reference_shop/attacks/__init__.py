"""Attacks on the shop, by chapter of OWASP ASVS 5.0; the README says what was tried."""
