"""Results of a whole run: table of cases, specs, statistics, comparison, export."""
