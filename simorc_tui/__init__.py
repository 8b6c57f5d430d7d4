"""The terminal interface of simorc: a client of a run's store that comes and goes while the run goes on."""
