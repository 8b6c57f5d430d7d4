"""The machine that runs cases: how many it may run, whether it works, whether the run directory is there."""
