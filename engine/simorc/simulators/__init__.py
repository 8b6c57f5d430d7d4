"""One case on one simulator: ngspice, cold and warm, and the one judge of what came out."""
