"""The log of ngspice: lines, the first cause of a failure, aborted analyses, reasons of `.meas`, warnings."""
