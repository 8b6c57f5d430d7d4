"""Operating points: the values of every device of a circuit at its DC solution."""
