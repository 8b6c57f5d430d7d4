"""The SQLite state of a run: schema, migrations, writer, readers."""
