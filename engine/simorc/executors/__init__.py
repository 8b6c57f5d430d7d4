"""Where cases execute: this machine, a cluster."""
