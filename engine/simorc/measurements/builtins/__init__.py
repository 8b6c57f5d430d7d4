"""The built-in measurements, grouped by the analysis they read. ``registry.find_builtin`` looks one up by
name.
"""
