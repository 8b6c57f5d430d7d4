"""The run directory: layout, manifest, lock, requests, attempt log, store."""
