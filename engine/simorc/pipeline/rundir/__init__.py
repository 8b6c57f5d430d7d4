"""The directory of a pipeline run: paths, manifest, attempt log, progress, results, data sets."""
