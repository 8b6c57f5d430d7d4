"""Design pipelines: spec -> RTL -> format -> lint -> testbench -> simulation -> decision."""
