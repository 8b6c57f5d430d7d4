"""The commands of ``simorc``, one module each, imported only when it is used."""
