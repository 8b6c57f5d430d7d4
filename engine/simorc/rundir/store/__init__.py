"""The SQLite state of a run: schema, migrations, the one writer, the readers."""
