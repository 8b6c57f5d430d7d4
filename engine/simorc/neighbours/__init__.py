"""Projects of other tools, carried over: CACE datasheets, cicsim testbenches, LTspice netlists."""
