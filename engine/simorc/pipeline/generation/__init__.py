"""Backends that write the files of a stage: templates, programs and language models."""
