"""The shop's executable specification: Litestar and SQLAlchemy. Never imported by the client's rooms."""
