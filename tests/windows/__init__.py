"""Windows for real: a Windows CPython under Wine, made of registry packages, and what is run with it."""
