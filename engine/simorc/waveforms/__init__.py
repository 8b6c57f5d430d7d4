"""Raw files of simulators: their content, completeness and traces."""
