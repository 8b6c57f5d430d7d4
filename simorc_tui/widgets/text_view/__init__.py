"""Views of files of any size."""
