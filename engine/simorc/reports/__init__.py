"""Reports of results: HTML, Markdown, JUnit."""
