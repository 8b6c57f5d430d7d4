"""The built-in measurements, one module per analysis. ``registry.find_builtin`` finds one by name."""
