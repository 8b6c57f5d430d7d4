"""A run on a cluster: job arrays of chunks, the chunk worker on a node, Slurm, LSF and Grid Engine."""
