"""The ``simorc`` command: one module per subcommand, each imported only when it is asked for."""
