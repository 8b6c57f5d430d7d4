"""The set-up of a testbench as a form: its sections, drafts and previews, without widgets."""
