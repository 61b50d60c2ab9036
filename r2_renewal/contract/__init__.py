"""The shop's API: paths, structs and problem codes, shared by the client and the reference shop."""
