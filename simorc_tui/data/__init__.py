"""What the interface reads of projects and runs, in threads beside the event loop."""
