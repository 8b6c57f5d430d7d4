"""Work on runs that are over: check, repair, archive, measure again."""
