"""The customer's web panel: „Moje dane", programs, orders, invoices and sessions, and the page for an order from a file.

Rules: a page asks the same inner functions as the API, so that the two never disagree; everything is escaped; no script but the
one that takes a prepared order from behind the ``#`` of a QR code's link; a form that changes something is sent by POST with the
session's own token and answered by a redirect; another customer's object is 404.
"""
