"""``simorc doctor``: checks of this machine, its simulators and its clusters."""
