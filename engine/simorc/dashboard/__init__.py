"""A read-only web page over the runs of any number of projects: live progress, spec sheets, trends."""
