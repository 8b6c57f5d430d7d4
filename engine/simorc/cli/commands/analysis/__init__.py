"""Commands of the section Analysis: from verdicts to their causes."""
