"""Commands of the section Results: show, plot, measure, compare and export the results of runs."""
