"""ngspice: cold and in sessions, its log, its outputs, the verdict."""
