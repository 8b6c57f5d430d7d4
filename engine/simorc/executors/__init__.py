"""Where cases run: this machine, a cluster."""
