"""The circuit of a run: its files and simulator, their copies, their changes, and runs of two circuits."""
