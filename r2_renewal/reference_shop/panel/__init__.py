"""The customer's web panel: „Moje dane", programs, orders, invoices and sessions, rendered here, without a script but for the one that takes a
prepared order from behind the ``#`` of a QR code's link.

Rules: a page asks the same inner functions as the API, so that the two never disagree; everything is escaped; a form that
changes something is sent by POST with the session's own token and answered by a redirect; another customer's object is 404.
"""
