"""Raw files of simulators: what they hold, whether it is all there, and the traces."""
