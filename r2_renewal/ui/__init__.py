"""Windows of the module: PySide6 and the domain; the network is the agent's."""
