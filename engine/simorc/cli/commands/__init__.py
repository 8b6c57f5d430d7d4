"""The commands of ``simorc``, one package per section of the help; a command's module is imported on use."""
