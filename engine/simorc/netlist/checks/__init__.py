"""What ngspice reads of a deck otherwise than it is written, and what changes nothing."""
