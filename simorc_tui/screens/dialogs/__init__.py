"""Dialogs over the main screen: questions, lists, texts."""
