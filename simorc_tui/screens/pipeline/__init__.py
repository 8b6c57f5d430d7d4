"""The screen of a pipeline run."""
