"""Pages and figures made from results: HTML, Markdown, JUnit, plots."""
