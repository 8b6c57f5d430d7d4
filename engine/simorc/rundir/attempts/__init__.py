"""The attempts of cases: the attempt log, all known attempts, and reports of workers in other processes."""
