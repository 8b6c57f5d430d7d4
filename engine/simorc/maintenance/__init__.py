"""Work on finished runs: check, repair, archive, measure again."""
