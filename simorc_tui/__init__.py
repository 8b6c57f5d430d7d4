"""The terminal interface of simorc: it shows the state of runs and sends requests; runs do not need it."""
