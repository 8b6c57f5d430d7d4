"""ngspice: cold runs, sessions, logs, outputs, verdicts."""
