"""``simorc doctor``: what is checked of this machine, its simulators and its clusters."""
