"""Over a whole run: the table of cases, specs, statistics, comparison, export."""
