"""A run on disk: its layout, manifest, lock, requests, attempt log, and the store."""
